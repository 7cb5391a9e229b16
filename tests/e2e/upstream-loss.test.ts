// An upstream dies under load and comes back on the same port. Nobody who asks notices.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { makeAuthority, makeCertificate } from "../certificates.ts";
import { Load } from "./dnsperf.ts";
import { Hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { ask } from "./query-programs.ts";
import { tlsUrl, UPSTREAM_NAME } from "./resolver-pair.ts";
import { type CertificateFiles, Unbound } from "./unbound.ts";
import { MANY } from "./zone.ts";

const skip = needs("kdig", "dnsperf", "unbound", "openssl");
const timeout = 60_000;
const SECONDS = 6;
const RATE = 1000;
const KILL_AFTER_MS = 2000;
/** Longer than an upstream that failed may be left alone. */
const RETURN_TIMEOUT_MS = 20_000;

let tls: CertificateFiles;
let first: Unbound;
let second: Unbound;
let hermod: Hermod;

before(async () => {
  if (skip !== false) return;
  const authority = makeAuthority();
  tls = makeCertificate(authority, { names: [UPSTREAM_NAME] });
  first = await Unbound.start({ tls });
  second = await Unbound.start({ tls });
  hermod = await Hermod.start({
    upstreams: [tlsUrl(first), tlsUrl(second)],
    upstreamCa: authority.certificateFile,
  });
});
after(async () => {
  if (skip !== false) return;
  await hermod.stop();
  await Promise.all([first.kill(), second.kill()]);
});

/** Names that nobody has asked for yet, so that each has to be asked upstream. */
function freshQuestions(prefix: string): string[] {
  return Array.from({ length: 2 * SECONDS * RATE }, (_, i) => `${prefix}${i}.${MANY} A`);
}

test(
  "kill -9 of the upstream that is asked: no query lost, no SERVFAIL",
  { skip, timeout },
  async () => {
    const questions = freshQuestions("a");
    const load = Load.start({
      ...{ port: hermod.dnsPort, mode: "udp", seconds: SECONDS },
      ...{ questions, rate: RATE },
    });
    await delay(KILL_AFTER_MS);
    await first.kill();
    const { sent, lost, rcodes, text } = await load.summary();
    assert.ok(sent > (SECONDS * RATE) / 2, text);
    assert.equal(lost, 0, text);
    assert.deepEqual(rcodes, { NOERROR: sent }, text);
  },
);

test("back on the same port it is asked again", { skip, timeout }, async () => {
  first = await Unbound.start({ tls, ports: first.ports });
  await second.kill();
  const end = Date.now() + RETURN_TIMEOUT_MS;
  for (let i = 0; ; i++) {
    const response = await ask("kdig", hermod.dnsPort, `back${i}.${MANY} A`);
    if (response.status === "NOERROR") break;
    assert.ok(Date.now() < end, `${response.text}\n${hermod.child.stderr}`);
    await delay(200);
  }
  const load = Load.start({
    ...{ port: hermod.dnsPort, mode: "udp", seconds: 2 },
    ...{ questions: freshQuestions("b"), rate: RATE },
  });
  const { sent, lost, rcodes, text } = await load.summary();
  assert.equal(lost, 0, text);
  assert.deepEqual(rcodes, { NOERROR: sent }, text);
});
