// DNS over HTTPS over real sockets, as curl and the runtime's own client see it: each version of HTTP,
// good requests and bad ones.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import { after, before, describe, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import * as dnsPacket from "dns-packet";
import { createDohApp } from "../../routes/doh-app.ts";
import { ClientAddress } from "../../src/listener/client-address.ts";
import { MAX_BODY_BYTES } from "../../src/listener/doh-exchange.ts";
import type { HttpListener } from "../../src/runtime/contract.ts";
import { selectRuntime } from "../../src/runtime/select.ts";
import { type Certificate, makeSelfSigned } from "../certificates.ts";
import { curl, type CurlOptions, type CurlResponse } from "../curl.ts";
import { ADDRESS, DohAnswering, getUrl, MEDIA_TYPE, query } from "../doh-answering.ts";
import { needs } from "../e2e/programs.ts";
import { runtimeLacks } from "../runtime-lacks.ts";

const skip = needs("curl", "openssl");
const hasHttp3 = !runtimeLacks("HTTP/3");
const MESSAGE_TIMEOUT_MS = 500;
/** A listener that cuts slow senders off does so long before that. */
const LONG_MS = 20_000;
/** curl's exit codes when it can't go on sending, and when a connection ends while it receives. */
const CURL_CUT_OFF: readonly number[] = [55, 56];

let doh: DohAnswering;
let listener: HttpListener;
let certificate: Certificate;
let origin: string;

before(async () => {
  if (skip !== false) return;
  const runtime = await selectRuntime();
  certificate = makeSelfSigned({ names: ["localhost"], addresses: ["127.0.0.1"] });
  doh = new DohAnswering({ waitMs: 300, messageTimeoutMs: MESSAGE_TIMEOUT_MS });
  doh.keep(3600);
  const clients = new ClientAddress({ trustedProxies: [] });
  listener = runtime.serveHttp({
    local: { host: "127.0.0.1", port: 0 },
    tls: certificate,
    http2: true,
    http3: true,
    maxBodyBytes: MAX_BODY_BYTES,
    idleTimeoutMs: 4000,
    fetch: createDohApp({ exchange: doh.exchange, clients }),
  });
  origin = `https://127.0.0.1:${listener.local.port}`;
});
after(() => listener?.closeAll());

type Ask = (url: string, options?: CurlOptions) => Promise<CurlResponse>;

const byCurl =
  (version: string): Ask =>
  (url, options = {}) =>
    curl(url, { ...options, parameters: [`--http${version}`, ...(options.parameters ?? [])] });

/** The runtime's own client; HTTP/3 is what curl of Debian 12 does not speak. */
const byHttp3: Ask = async (url, { headers = {}, body, parameters = [] } = {}) => {
  const at = parameters.indexOf("--request");
  const method = at >= 0 ? parameters[at + 1]! : body === undefined ? "GET" : "POST";
  const init = {
    method: parameters.includes("--head") ? "HEAD" : method,
    headers,
    ...(body && { body: body as Uint8Array<ArrayBuffer> }),
    protocol: "http3",
    // With anchors of its own it does not speak HTTP/3.
    tls: { rejectUnauthorized: false },
  };
  const response = await fetch(url, init as RequestInit);
  const { status } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status, version: "3", headers: response.headers, body: bytes, exitCode: 0 };
};

const post = (ask: Ask, body: Uint8Array, type = MEDIA_TYPE): Promise<CurlResponse> =>
  ask(`${origin}/dns-query`, { body, headers: { "content-type": type, expect: "" } });

function assertAnswers({ body, headers, status }: CurlResponse): void {
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), MEDIA_TYPE);
  assert.match(headers.get("cache-control") ?? "", /^max-age=3[0-9]{3}$/);
  const { answers = [] } = dnsPacket.decode(Buffer.from(body));
  assert.deepEqual(
    answers.map((answer) => (answer as { data: unknown }).data),
    [ADDRESS],
  );
}

async function assertServes(): Promise<void> {
  for (const version of ["1.1", "2"]) assertAnswers(await byCurl(version)(getUrl(origin)));
}

interface Version {
  readonly name: string;
  readonly version: string;
  readonly ask: Ask;
}

const VERSIONS: readonly Version[] = [
  { name: "HTTP/1.1", version: "1.1", ask: byCurl("1.1") },
  { name: "HTTP/2", version: "2", ask: byCurl("2") },
  ...(hasHttp3 ? [{ name: "HTTP/3", version: "3", ask: byHttp3 }] : []),
];

for (const { ask, name, version } of VERSIONS) {
  describe(`DNS over HTTPS by ${name}`, () => {
    test("answers GET and POST", { skip }, async () => {
      const got = await ask(getUrl(origin));
      assert.equal(got.version, version);
      assertAnswers(got);
      assertAnswers(await post(ask, query()));
    });

    test("answers HEAD with the headers of GET and no body", { skip }, async () => {
      const { body, headers, status } = await ask(getUrl(origin), { parameters: ["--head"] });
      assert.equal(status, 200);
      assert.equal(headers.get("content-type"), MEDIA_TYPE);
      assert.match(headers.get("cache-control") ?? "", /^max-age=/);
      assert.ok(Number(headers.get("content-length")) > 12);
      assert.equal(body.length, 0);
    });

    test("answers a miss when its upstream is silent", { skip }, async () => {
      const name = `miss-${version}.example.com`;
      const miss = query({ questions: [{ name, type: "A" }] });
      const { body, headers, status } = await post(ask, miss);
      assert.equal(status, 200);
      assert.equal(headers.get("cache-control"), "private, no-store");
      assert.equal((dnsPacket.decode(Buffer.from(body)) as { rcode?: string }).rcode, "SERVFAIL");
    });

    test("refuses what is no query in one line", { skip }, async () => {
      const refused: [CurlResponse, number][] = [
        [await ask(`${origin}/dns-query`), 400],
        [await ask(`${getUrl(origin)}==`), 400],
        [await ask(`${origin}/dns-query?dns=AAAA`), 400],
        [await ask(getUrl(origin), { parameters: ["--request", "DELETE"] }), 405],
        [await post(ask, query(), "application/json"), 415],
        [await ask(`${origin}/`), 404],
        [await ask(`${origin}/dns-query/`), 404],
      ];
      for (const [response, status] of refused) {
        assert.equal(response.status, status);
        assert.match(new TextDecoder().decode(response.body), /^[^\n]{10,100}\n$/);
        assert.equal(response.headers.get("cache-control"), "private, no-store");
      }
      assert.equal(refused[3]![0].headers.get("allow"), "GET, HEAD, POST");
    });

    test("refuses a body over a message's length", { skip }, async () => {
      for (const length of [65_536, MAX_BODY_BYTES]) {
        const { body, status } = await post(ask, new Uint8Array(length));
        assert.equal(status, 413, String(length));
        assert.match(new TextDecoder().decode(body), /65535/);
      }
      assert.equal((await post(ask, new Uint8Array(65_535).fill(0xff))).status, 400);
    });

    test("cuts a body off that is far too long, and goes on serving", { skip }, async () => {
      const { exitCode, status } = await post(ask, new Uint8Array(3_000_000));
      // Over HTTP/2 the runtime resets the stream; over HTTP/1.1 it answers and closes while the client
      // still sends, and the reset that follows can overtake the answer (RFC 9112 §9.6).
      const isCutOff = version !== "1.1" || CURL_CUT_OFF.includes(exitCode!);
      assert.ok(status === 413 || (status === 0 && isCutOff), `${status}, exit code ${exitCode}`);
      await assertServes();
    });
  });
}

/** Writes to a TLS connection what a broken client might; resolves with what came until it closed. */
function talk(alpn: string, write: (socket: TLSSocket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port: listener.local.port,
      ca: certificate.certificate,
      ALPNProtocols: [alpn],
    });
    const limit = setTimeout(() => {
      socket.destroy();
      reject(new Error("the connection stayed open"));
    }, LONG_MS);
    let received = "";
    socket.on("secureConnect", () => write(socket));
    socket.on("data", (bytes: Buffer) => (received += bytes.toString("latin1")));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(limit);
      resolve(received);
    });
  });
}

describe("a listener for DNS over HTTPS", () => {
  test("gives up a body that comes too slowly over HTTP/1.1", { skip }, async () => {
    const head = `POST /dns-query HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${MEDIA_TYPE}\r\n`;
    const received = await talk("http/1.1", (socket) => {
      socket.write(`${head}Content-Length: 60\r\n\r\n`);
      const drip = setInterval(() => socket.write("x"), 100);
      socket.on("close", () => clearInterval(drip));
      socket.on("data", () => socket.end());
    });
    assert.match(received, /^HTTP\/1\.1 408 /);
    await assertServes();
  });

  test("gives up a body that comes too slowly over HTTP/2", { skip }, async () => {
    const session = connectHttp2(origin, { ca: certificate.certificate });
    const stream = session.request({
      ":method": "POST",
      ":path": "/dns-query",
      "content-type": MEDIA_TYPE,
      "content-length": "60",
    });
    const drip = setInterval(() => stream.writable && stream.write("x"), 100);
    const status = await new Promise((resolve) => {
      stream.on("error", () => {});
      stream.on("response", (headers) => resolve(headers[":status"]));
      stream.on("close", () => resolve("closed"));
    });
    clearInterval(drip);
    session.destroy();
    assert.equal(status, 408);
    await assertServes();
  });

  if (!runtimeLacks("HTTP time-outs")) {
    test("gives up a header that comes too slowly", { skip, timeout: 2 * LONG_MS }, async () => {
      await talk("http/1.1", (socket) => {
        socket.write("GET /dns-query HTTP/1.1\r\nHost: localhost\r\n");
        const drip = setInterval(() => socket.write("x: y\r\n"), 1000);
        socket.on("close", () => clearInterval(drip));
      });
      await assertServes();
    });
  }

  test("closes on garbage inside TLS", { skip }, async () => {
    for (const alpn of ["http/1.1", "h2"]) {
      const garbage = Buffer.from("\0\u0001garbage\r\n\r\n".repeat(20), "latin1");
      const received = await talk(alpn, (socket) => socket.write(garbage));
      assert.doesNotMatch(received, /200/);
    }
    await assertServes();
  });

  test("survives garbage on its port, TCP and UDP", { skip }, async () => {
    const { port } = listener.local;
    const socket = createSocket("udp4");
    for (let i = 0; i < 50; i++) {
      const bytes = Buffer.from(Array.from({ length: 100 + i }, (_, k) => (k * 31 + i * 7) & 0xff));
      socket.send(bytes, port, "127.0.0.1");
      const stream = connectTcp(port, "127.0.0.1").on("error", () => {});
      stream.end(bytes);
    }
    await assertServes();
    if (hasHttp3) assertAnswers(await byHttp3(getUrl(origin)));
    socket.close();
  });

  test("keeps nobody waiting for a client that has gone", { skip }, async () => {
    const name = "gone.example.com";
    const miss = getUrl(origin, query({ questions: [{ name, type: "A" }] }));
    const asked = doh.group.asked.length;
    const { status } = await curl(miss, { parameters: ["--max-time", "0.1"] });
    assert.equal(status, 0);
    assert.equal(doh.group.asked.length, asked + 1);
    for (let i = 0; i < 1000 && doh.resolver.waiting > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(doh.resolver.waiting, 0);
    await assertServes();
  });
});
