// DNS over HTTPS as real clients see it, over each version of HTTP, with a verified certificate.

import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import * as dnsPacket from "dns-packet";
import { curl, type CurlOptions, type CurlResponse } from "../curl.ts";
import { type Child, type Exit, run } from "./child-process.ts";
import { HttpLoad } from "./h2load.ts";
import { needs } from "./programs.ts";
import { ask, type ProgramResponse } from "./query-programs.ts";
import { HERMOD_NAME, ResolverPair } from "./resolver-pair.ts";
import { runtimeLacks } from "../runtime-lacks.ts";
import { WWW_ADDRESS, ZONE } from "./zone.ts";

const skip = needs("kdig", "curl", "unbound", "openssl");
const skipLoad = needs("h2load", "unbound", "openssl");
const MEDIA_TYPE = "application/dns-message";
const TTL = 300;
const LOAD_REQUESTS = 40_000;
let pair: ResolverPair;

before(async () => {
  if (skip === false) pair = await ResolverPair.start({ encrypted: true });
});
after(() => pair?.stop());

const question = { name: `www.${ZONE}`, type: "A" } as const;
const query: Uint8Array<ArrayBuffer> = new Uint8Array(
  dnsPacket.encode({ type: "query", id: 0, flags: 0x100, questions: [question] }),
);

const path = (): string => `${pair.hermod.dohUrl}/dns-query`;
const getUrl = (): string => `${path()}?dns=${Buffer.from(query).toString("base64url")}`;

for (const method of ["+https", "+https-get"]) {
  const askOverHttps = (name: string): Promise<ProgramResponse> => {
    const verified = `+tls-ca=${pair.authority.certificateFile} +tls-hostname=${name}`;
    const port = Number(new URL(pair.hermod.dohUrl).port);
    return ask("kdig", port, `www.${ZONE} A ${method} ${verified}`);
  };

  describe(`kdig ${method}`, () => {
    test("is answered over a verified connection", { skip }, async () => {
      const response = await askOverHttps(HERMOD_NAME);
      assert.equal(response.answer[0]?.rdata, WWW_ADDRESS, response.text);
      const verb = method === "+https" ? "POST" : "GET";
      assert.match(response.text, new RegExp(`HTTP/2-${verb}.*status: 200`));
    });

    test("does not believe Hermod under another name", { skip }, async () => {
      const response = await askOverHttps("other.example");
      assert.equal(response.status, "", response.text);
      assert.match(response.text, /certificate/i);
    });
  });
}

function assertAnswers(body: Uint8Array): void {
  const { answers = [] } = dnsPacket.decode(Buffer.from(body));
  assert.deepEqual(
    answers.map((answer) => (answer as { data: unknown }).data),
    [WWW_ADDRESS],
  );
}

/** Of `max-age=N` and nothing else. */
function maxAge(cacheControl: string | null): number {
  return Number(/^max-age=(\d+)$/.exec(cacheControl ?? "")?.[1]);
}

for (const version of ["1.1", "2"]) {
  const fetchBy = (url: string, options: CurlOptions = {}): Promise<CurlResponse> => {
    const anchors = ["--no-insecure", "--cacert", pair.authority.certificateFile];
    return curl(url, { ...options, parameters: [`--http${version}`, ...anchors] });
  };

  describe(`curl --http${version}`, () => {
    test("GET and POST", { skip }, async () => {
      const post = { body: query, headers: { "content-type": MEDIA_TYPE } };
      for (const got of [await fetchBy(getUrl()), await fetchBy(path(), post)]) {
        assert.equal(got.exitCode, 0);
        assert.equal(got.status, 200);
        assert.equal(got.version, version);
        assert.equal(got.headers.get("content-type"), MEDIA_TYPE);
        assertAnswers(got.body);
      }
    });

    test("refuses other media types", { skip }, async () => {
      const post = { body: query, headers: { "content-type": "text/plain" } };
      assert.equal((await fetchBy(path(), post)).status, 415);
    });

    test("may be kept as long as the answer still lives", { skip }, async () => {
      const first = maxAge((await fetchBy(getUrl())).headers.get("cache-control"));
      await delay(1100);
      const second = maxAge((await fetchBy(getUrl())).headers.get("cache-control"));
      assert.ok(first <= TTL && second > TTL - 120, `${first}, then ${second}`);
      assert.ok(second < first, `${first}, then ${second}`);
    });

    test(
      "a negative response may be kept as its SOA says, a failure not at all",
      { skip },
      async () => {
        const cacheControl = async (name: string): Promise<string | null> => {
          const body = dnsPacket.encode({
            type: "query",
            id: 0,
            flags: 0x100,
            questions: [{ name, type: "A" }],
          });
          const post = { body, headers: { "content-type": MEDIA_TYPE } };
          return (await fetchBy(path(), post)).headers.get("cache-control");
        };
        const negative = maxAge(await cacheControl(`nowhere${version}.${ZONE}`));
        assert.ok(negative > TTL - 60 && negative <= TTL, String(negative));
        assert.match((await cacheControl("refused.example")) ?? "", /\bno-store\b/);
      },
    );

    test("does not believe a certificate of nobody it knows", { skip }, async () => {
      const got = await curl(getUrl(), { parameters: [`--http${version}`, "--no-insecure"] });
      assert.equal(got.exitCode, 60);
    });
  });
}

if (!runtimeLacks("HTTP/3")) {
  describe("the runtime's fetch over HTTP/3", () => {
    const fetchOver = (anchors: NodeJS.ProcessEnv): Promise<Child & { exit: Exit }> => {
      const program = join(import.meta.dirname, "http3-client.ts");
      const environment = { ...process.env, ...anchors };
      return run(process.execPath, [program, getUrl()], { environment, timeoutMs: 20_000 });
    };

    test("is answered over a verified connection", { skip }, async () => {
      const client = await fetchOver({ NODE_EXTRA_CA_CERTS: pair.authority.certificateFile });
      assert.equal(client.exit.code, 0, client.stderr);
      const [status, cacheControl, body] = client.stdout.split(" ");
      assert.equal(status, "200");
      assert.ok(maxAge(cacheControl!) > 0, cacheControl);
      assertAnswers(Buffer.from(body!, "base64"));
    });

    test("does not believe a certificate of nobody it knows", { skip }, async () => {
      const client = await fetchOver({});
      assert.equal(client.exit.code, 1, client.stdout);
      assert.match(client.stderr, /handshake/i);
    });
  });
}

test("h2load: no request fails", { skip: skipLoad, timeout: 60_000 }, async () => {
  const load = HttpLoad.start({ url: path(), query, requests: LOAD_REQUESTS });
  const { answered, failed, text } = await load.summary();
  assert.equal(failed, 0, text);
  assert.equal(answered, LOAD_REQUESTS, text);
});
