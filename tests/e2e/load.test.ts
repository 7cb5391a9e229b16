// No query is lost under load: as fast as one client sends them, answered from the cache.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Load } from "./dnsperf.ts";
import { needs } from "./programs.ts";
import { ResolverPair } from "./resolver-pair.ts";
import { MANY, WWW_ADDRESS, ZONE } from "./zone.ts";
import { ask } from "./query-programs.ts";

const skip = needs("kdig", "dnsperf", "unbound", "openssl");
const timeout = 60_000;
const SECONDS = 10;
const NAMES = 1000;
let pair: ResolverPair;

before(async () => {
  if (skip === false) pair = await ResolverPair.start();
});
after(async () => {
  if (skip === false) await pair.stop();
});

for (const mode of ["udp", "tcp"] as const) {
  test(`${SECONDS} s of ${mode} without a lost query`, { skip, timeout }, async () => {
    const questions = Array.from({ length: NAMES }, (_, i) => `n${i}.${MANY} A`);
    const port = pair.hermod.dnsPort;
    const { sent, completed, lost, rcodes, text } = await Load.start({
      port,
      mode,
      seconds: SECONDS,
      questions,
    }).summary();
    assert.ok(sent > 10 * NAMES, text);
    assert.equal(lost, 0, text);
    assert.equal(completed, sent, text);
    assert.deepEqual(rcodes, { NOERROR: sent }, text);
    assert.ok((await pair.hermod.metric("hermod_cache_hits_total")) > sent - 10 * NAMES);
    const { answer } = await ask("kdig", port, `www.${ZONE} A`);
    assert.equal(answer[0]?.rdata, WWW_ADDRESS);
  });
}
