// The certificate is renewed on disk under load: no query and no request is lost, new connections get
// the new one, and a broken file changes nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "node:tls";
import * as dnsPacket from "dns-packet";
import type { Certificate } from "../certificates.ts";
import { runtimeLacks } from "../runtime-lacks.ts";
import { Child } from "./child-process.ts";
import { Load } from "./dnsperf.ts";
import { DotLoad } from "./dot-load.ts";
import { Http1Load } from "./http1-load.ts";
import { Http2Load } from "./http2-load.ts";
import { needs, programPath } from "./programs.ts";
import { renewCertificate, replaceFile } from "./renew-certificate.ts";
import { makeHermodCertificate, ResolverPair } from "./resolver-pair.ts";
import { shownCertificate } from "./shown-certificate.ts";
import { MANY, WWW_ADDRESS, ZONE } from "./zone.ts";

const skip = needs("curl", "dnsperf", "unbound", "openssl");
const timeout = 90_000;
const LOAD_SECONDS = 8;
const FIRST_CHANGE_MS = 2000;
/** Hermod looks every 2 s, and waits 5 s before it complains. */
const COMPLAINT_TIMEOUT_MS = 20_000;
const NEW_DAYS = 60;
const CHANGES = 3;
/** In about ten seconds. */
const CURL_REQUESTS = 200;
let pair: ResolverPair;

before(async () => {
  if (skip === false) pair = await ResolverPair.start({ encrypted: true });
});
after(() => pair?.stop());

function logLines(part: string): string[] {
  return pair.hermod.child.stderr.split("\n").filter((line) => line.includes(part));
}

async function logged(part: string): Promise<void> {
  const seen = (): boolean => logLines(part).length > 0;
  await pair.hermod.child.waitUntil(seen, `line with "${part}"`, COMPLAINT_TIMEOUT_MS);
}

/** As PEM, what a new connection gets; it trusts the authority alone. */
async function presented(port: number): Promise<string> {
  return (await shownCertificate(port, pair.authority.certificate)).trim();
}

async function assertPresents({ certificate }: Certificate): Promise<void> {
  const { dotPort, dohUrl } = pair.hermod;
  for (const port of [dotPort, Number(new URL(dohUrl).port)]) {
    for (let i = 0; i < 4; i++) assert.equal(await presented(port), certificate.trim());
  }
}

/** Of a certificate made for that many days a moment ago. */
async function assertDaysLeft(days: number): Promise<void> {
  const left = await pair.hermod.metric("hermod_certificate_days_left");
  assert.ok(left > days - 1.1 && left <= days, `${left} days left of ${days}`);
}

test("files are replaced under load: nothing is lost", { skip, timeout }, async () => {
  const { hermod, tls } = pair;
  const questions = Array.from({ length: 1000 }, (_, i) => `n${i}.${MANY} A`);
  const seconds = LOAD_SECONDS;
  const dot = Load.start({ port: hermod.dotPort, mode: "dot", seconds, questions });
  const question = { name: `www.${ZONE}`, type: "A" } as const;
  const query = dnsPacket.encode({ type: "query", id: 0, flags: 0x100, questions: [question] });
  const doh = new Http2Load({
    ...{ url: `${hermod.dohUrl}/dns-query`, body: query, ca: pair.authority.certificate },
    headers: { "content-type": "application/dns-message" },
  });
  await delay(FIRST_CHANGE_MS);
  await assertPresents(tls);
  const renewed = makeHermodCertificate(pair.authority, NEW_DAYS);
  await renewCertificate(hermod, tls, renewed);
  // What the former listeners have accepted by then they still serve.
  await delay(500);
  await assertPresents(renewed);
  await assertDaysLeft(NEW_DAYS);

  const { sent, lost, rcodes, text } = await dot.summary();
  assert.ok(sent > 1000, text);
  assert.equal(lost, 0, text);
  assert.deepEqual(rcodes, { NOERROR: sent }, text);
  assert.doesNotMatch(text, /Reconnections: +[1-9]/);
  await doh.stop();
  assert.deepEqual(doh.lost, []);
  assert.ok(doh.answered > 1000, String(doh.answered));
});

if (!runtimeLacks("steered ports")) {
  test("files are replaced again and again: nobody loses a query", { skip, timeout }, async () => {
    const { authority, hermod, tls } = pair;
    const ca = authority.certificate;
    const question = { name: `www.${ZONE}`, type: "A" } as const;
    const query: dnsPacket.Packet = { type: "query", flags: 0x100, questions: [question] };
    const base64 = dnsPacket.encode(query).toString("base64url");
    const url = `${hermod.dohUrl}/dns-query?dns=${base64}`;
    const kept = new Http1Load({ url, ca });
    const anew = new Http1Load({ url, ca, isAnew: true });
    const http2 = new Http2Load({
      ...{ url: `${hermod.dohUrl}/dns-query`, body: dnsPacket.encode(query), ca },
      headers: { "content-type": "application/dns-message" },
    });
    const dot = new DotLoad({ port: hermod.dotPort, ca, query: dnsPacket.streamEncode(query) });
    const curls = ["--http1.1", "--http2"].map((version) => curlOnAndOn(url, version));
    for (let i = 0; i < CHANGES; i++) {
      const renewed = makeHermodCertificate(authority, NEW_DAYS);
      await renewCertificate(hermod, tls, renewed);
      // At once: nothing new goes to the former listeners.
      await assertPresents(renewed);
    }
    await delay(500);
    await Promise.all([kept.stop(), anew.stop(), http2.stop(), dot.stop()]);
    assert.deepEqual([kept.lost, anew.lost, http2.lost, dot.lost], [[], [], [], []]);
    assert.equal(http2.repeated, 0);
    assert.ok(Math.min(kept.answered, anew.answered, http2.answered, dot.answered) > 100);
    assert.ok(kept.connections > CHANGES, "clients were asked to leave");
    for (const curl of curls) {
      await curl.exited;
      assert.equal(curl.exit?.code, 0, curl.failure("lost a request").message);
      assert.match(curl.stdout, /^(200\n)+$/);
    }
  });
}

/** One curl that keeps its connection for as long as it may. */
function curlOnAndOn(url: string, version: string): Child {
  // The number is for curl alone: no server gets to see what is behind the #.
  const urls = `${url}#[1-${CURL_REQUESTS}]`;
  const rate = ["--rate", `${CURL_REQUESTS * 6}/m`];
  const parameters = ["--silent", "--insecure", "--fail-early", "--fail", version, ...rate];
  const output = ["--output", "/dev/null", "--write-out", "%{http_code}\n"];
  return new Child(programPath("curl"), [...parameters, ...output, urls]);
}

test("a connection of before the change goes on", { skip, timeout }, async () => {
  const { authority, hermod, tls } = pair;
  const socket = connect({ host: "127.0.0.1", port: hermod.dotPort, ca: authority.certificate });
  const received: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => received.push(bytes));
  const ask = async (): Promise<void> => {
    const question = { name: `www.${ZONE}`, type: "A" } as const;
    socket.write(dnsPacket.streamEncode({ type: "query", flags: 0x100, questions: [question] }));
    for (let i = 0; received.length === 0 && i < 1000; i++) await delay(10);
    const message = Buffer.concat(received.splice(0)).subarray(2);
    const { answers = [] } = dnsPacket.decode(message);
    assert.equal((answers[0] as { data: unknown }).data, WWW_ADDRESS);
  };
  await ask();
  await renewCertificate(hermod, tls, makeHermodCertificate(authority));
  await delay(500);
  await ask();
  socket.destroy();
  await assertDaysLeft(30);
});

test("a broken file: one line, and the certificate in use stays", { skip, timeout }, async () => {
  const { authority, hermod, tls } = pair;
  const { dotPort } = hermod;
  const inUse = await presented(dotPort);
  const renewed = makeHermodCertificate(authority, 90);
  replaceFile(tls.certificateFile, renewed.certificate.slice(0, 200));
  await logged("The certificate in use stays.");
  // Time for two more looks at the files.
  await delay(4500);
  assert.equal(logLines("The certificate in use stays.").length, 1, hermod.child.stderr);
  assert.ok(logLines("stays")[0]?.includes(tls.certificateFile), hermod.child.stderr);
  assert.equal(await presented(dotPort), inUse);
  await assertDaysLeft(30);
});
