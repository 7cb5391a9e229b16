// DNS over TLS as its clients see it: a verified certificate, padding, keepalive, and no query lost.

import assert from "node:assert/strict";
import { connect, type TLSSocket } from "node:tls";
import { after, before, describe, test } from "node:test";
import { Load } from "./dnsperf.ts";
import { needs } from "./programs.ts";
import { ask, type ProgramResponse } from "./query-programs.ts";
import { HERMOD_NAME, ResolverPair } from "./resolver-pair.ts";
import { MANY, WWW_ADDRESS, ZONE } from "./zone.ts";

const skip = needs("kdig", "dnsperf", "unbound", "openssl");
const SECONDS = 6;
const NAMES = 1000;
const PADDING_BLOCK = 468;
let pair: ResolverPair;

before(async () => {
  if (skip === false) pair = await ResolverPair.start({ encrypted: true });
});
after(() => pair?.stop());

function askOverTls(question: string, name: string = HERMOD_NAME): Promise<ProgramResponse> {
  const verified = `+tls-ca=${pair.authority.certificateFile} +tls-hostname=${name}`;
  return ask("kdig", pair.hermod.dotPort, `${verified} ${question}`);
}

function receivedBytes({ text }: ProgramResponse): number {
  return Number(/^;; Received (\d+) B$/m.exec(text)?.[1]);
}

describe("kdig +tls", () => {
  test("is answered over a verified connection", { skip }, async () => {
    const labels = ['transport="dot"', 'rcode="NOERROR"'];
    const before = await pair.hermod.metric("hermod_queries_total", ...labels);
    const response = await askOverTls(`www.${ZONE} A`);
    assert.equal(response.answer[0]?.rdata, WWW_ADDRESS, response.text);
    assert.match(response.text, /^;; TLS session \(TLS1\.3\)/m);
    assert.equal(await pair.hermod.metric("hermod_queries_total", ...labels), before + 1);
  });

  test("does not believe Hermod under another name", { skip }, async () => {
    const response = await askOverTls(`www.${ZONE} A`, "other.example");
    assert.equal(response.status, "", response.text);
    assert.match(response.text, /certificate/i);
  });

  test("gets padding if it pads, in blocks of 468 bytes (RFC 8467)", { skip }, async () => {
    for (const question of [`www.${ZONE} A`, `medium.${ZONE} TXT`]) {
      const padded = await askOverTls(`${question} +padding=128`);
      assert.equal(padded.status, "NOERROR", padded.text);
      assert.equal(receivedBytes(padded) % PADDING_BLOCK, 0, padded.text);
      const plain = await askOverTls(`${question} +nopadding`);
      assert.notEqual(receivedBytes(plain) % PADDING_BLOCK, 0, plain.text);
    }
  });

  test("hears of the idle time-out if it asks (RFC 7828)", { skip }, async () => {
    // 300 units of 100 ms.
    const asked = await askOverTls(`www.${ZONE} A +ednsopt=11`);
    assert.match(asked.text, /^;; Option \(11\): 012C$/m);
    const silent = await askOverTls(`www.${ZONE} A`);
    assert.doesNotMatch(silent.text, /Option \(11\)/);
  });

  test("keeps one connection for several questions", { skip }, async () => {
    const opened = await pair.hermod.metric("hermod_connections_opened_total");
    const questions = [`www.${ZONE} A`, `text.${ZONE} TXT`, `mail.${ZONE} MX`];
    const { text } = await askOverTls(`+keepopen ${questions.join(" ")}`);
    assert.equal(text.match(/status: NOERROR/g)?.length, questions.length, text);
    assert.equal(await pair.hermod.metric("hermod_connections_opened_total"), opened + 1);
  });
});

/** Resolves with the protocol agreed on, or with the error's message. */
function negotiate(protocols: readonly string[]): Promise<string | false | null> {
  const { authority, hermod } = pair;
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({
      ...{ host: "127.0.0.1", port: hermod.dotPort, ca: authority.certificate },
      ALPNProtocols: [...protocols],
    });
    socket.on("secureConnect", () => {
      resolve(socket.alpnProtocol);
      socket.destroy();
    });
    socket.on("error", ({ message }) => resolve(message));
  });
}

test("ALPN: dot, or none, but nothing else (RFC 7301 §3.2)", { skip }, async () => {
  assert.equal(await negotiate(["dot"]), "dot");
  assert.ok(!(await negotiate([])), "a client that does not speak ALPN is served");
  const other = await negotiate(["h2"]);
  assert.ok(typeof other === "string" && other !== "h2", `refused, not ${String(other)}`);
});

test(`${SECONDS} s of load without a lost query`, { skip, timeout: 60_000 }, async () => {
  const questions = Array.from({ length: NAMES }, (_, i) => `n${i}.${MANY} A`);
  const { sent, completed, lost, rcodes, text } = await Load.start({
    ...{ port: pair.hermod.dotPort, mode: "dot", seconds: SECONDS, questions },
  }).summary();
  assert.ok(sent > 5 * NAMES, text);
  assert.equal(lost, 0, text);
  assert.equal(completed, sent, text);
  assert.deepEqual(rcodes, { NOERROR: sent }, text);
});
