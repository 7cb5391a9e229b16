// At least five million queries over every transport, with hits, misses, expiry and connections that
// come and go; memory, descriptors and connections are looked at once a second. Prints by how much they
// grow with a million queries, writes bench/results/soak.json, and fails when one grows without bound.
// Takes two to five minutes. Needs Linux, dnsperf, h2load, unbound and openssl.
// Usage: bun bench/soak/run.ts [QUERIES]

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { makeAuthority, makeCertificate } from "../../tests/certificates.ts";
import { Hermod } from "../../tests/e2e/hermod-process.ts";
import { tlsUrl, UPSTREAM_NAME } from "../../tests/e2e/resolver-pair.ts";
import { Unbound } from "../../tests/e2e/unbound.ts";
import { runSlice, type SliceOutcome } from "./loads.ts";
import { PassingClients } from "./passing-clients.ts";
import { type Sample, takeSample } from "./sample.ts";
import { growthText, judgeGrowth } from "./verdict.ts";

const QUERIES = Number(process.argv[2] ?? 5_000_000);
const MAX_SECONDS = 285;
const SAMPLE_MS = 1000;
const SETTLE_MS = 5000;
/** Full early, and with TTLs of three seconds: a minute stands for an hour. */
const CONFIG = `cache: {size: 8MiB, maxTtl: 3s}
limits: {idleTimeout: 1s}
`;
const RESULTS: string = join(import.meta.dirname, "..", "results");
const ROOT: string = join(import.meta.dirname, "..", "..");

const authority = makeAuthority();
const tls = makeCertificate(authority, { names: ["localhost"], addresses: ["127.0.0.1"] });
const unbound = await Unbound.start({
  tls: makeCertificate(authority, { names: [UPSTREAM_NAME] }),
});
const hermod = await Hermod.start({
  upstreams: [tlsUrl(unbound)],
  upstreamCa: authority.certificateFile,
  tls,
  config: CONFIG,
  program: [
    process.execPath,
    ...["--preload", join(import.meta.dirname, "report-heap.ts"), join(ROOT, "src", "main.ts")],
  ],
});

const startMs = performance.now();
const before = await takeSample(hermod, startMs);
const samples: Sample[] = [];
const outcomes: SliceOutcome[] = [];
const passing = new PassingClients(hermod, authority.certificate);
let isOver = false;
const sampling = sampleUntilOver();

async function sampleUntilOver(): Promise<void> {
  while (!isOver) {
    await delay(SAMPLE_MS);
    samples.push(await takeSample(hermod, startMs));
  }
}

function isEnough(): boolean {
  const { queries = 0, seconds = 0 } = samples.at(-1) ?? {};
  return queries >= QUERIES || seconds >= MAX_SECONDS;
}

while (!isEnough()) {
  outcomes.push(await runSlice(hermod, outcomes.length));
  console.log(JSON.stringify({ ...samples.at(-1), ...outcomes.at(-1) }));
}
isOver = true;
await sampling;
passing.stop();
await delay(SETTLE_MS);
const after = await takeSample(hermod, startMs);
const total = (name: keyof SliceOutcome): number =>
  outcomes.reduce((sum, outcome) => sum + outcome[name], 0);
const metrics = {
  hits: await hermod.metric("hermod_cache_hits_total"),
  misses: await hermod.metric("hermod_cache_misses_total"),
  evictions: await hermod.metric("hermod_cache_evictions_total"),
  connectionsOpened: await hermod.metric("hermod_connections_opened_total"),
};
await hermod.stop();
await unbound.kill();

const growth = judgeGrowth(samples);
const load = { sent: total("sent"), lost: total("lost"), wrong: total("wrong"), ...metrics };
mkdirSync(RESULTS, { recursive: true });
const results = { bun: process.versions["bun"], load, growth, before, after, samples };
writeFileSync(join(RESULTS, "soak.json"), `${JSON.stringify(results, undefined, 2)}\n`);
console.log(JSON.stringify({ load, before, after }, undefined, 2));
for (const each of growth) console.log(growthText(each));
const isWhole = after.queries >= QUERIES;
if (!isWhole) console.log(`Too few queries: ${after.queries} of ${QUERIES}.`);
const leftBehind = after.descriptors - before.descriptors;
console.log(`After ${SETTLE_MS / 1000} s of rest: ${leftBehind} descriptors more than at first.`);
if (!isWhole || load.wrong > 0 || growth.some(({ grows }) => grows)) process.exitCode = 1;
