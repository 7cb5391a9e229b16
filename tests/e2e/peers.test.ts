// The comparison with other resolvers, as small as it gets: it starts everything, counts right responses
// alone, and writes what its schema says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import process from "node:process";
import type { PeerResults } from "../../bench/peers/results.ts";
import { run } from "./child-process.ts";
import { needs } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const RUN: string = join(import.meta.dirname, "..", "..", "bench", "peers", "run.ts");
const TIMEOUT_MS = 90_000;
/** h2load's version stands in every result. */
const skip = needs("unbound", "dnsperf", "h2load", "openssl");

function runPeers(...parameters: string[]): ReturnType<typeof run> {
  return run(process.execPath, [RUN, ...parameters], { timeoutMs: TIMEOUT_MS });
}

test("bench/peers measures Hermod and a peer", { skip, timeout: 2 * TIMEOUT_MS }, async () => {
  const out = join(temporaryFolder(), "results.json");
  const child = await runPeers(
    ...["--peers", "unbound", "--only", "udp,misses", "--seconds", "1"],
    ...["--no-install", "--out", out],
  );
  assert.equal(child.exit.code, 0, child.failure("failed").message);
  assert.match(child.stderr, /^6 measurements, about [\d.]+ minutes$/m);
  assert.match(child.stdout, /\| UDP, cached, µs of CPU a query/);

  const results = JSON.parse(readFileSync(out, "utf8")) as PeerResults;
  assert.equal(results.schema, 1);
  assert.deepEqual(
    results.servers.map(({ absent, id }) => [id, absent]),
    [
      ["hermod", undefined],
      ["unbound", undefined],
    ],
  );
  assert.match(results.programs["dnsperf"] ?? "", /^\d/);
  assert.deepEqual(
    results.samples.map(({ server, turn, workload }) => `${workload} ${turn} ${server}`),
    ["udp", "misses"].flatMap((workload) => {
      return [`${workload} 0 hermod`, `${workload} 1 unbound`, `${workload} 2 hermod`];
    }),
  );
  for (const { figures, loadCommands, serverCommand } of results.samples) {
    // How many are lost is the machine's affair; a wrong response is not.
    assert.ok(figures.answered! > 0 && figures.cpuUsPerQuery! > 0, child.stderr);
    assert.equal(figures.wrong, 0, child.stderr);
    assert.equal(loadCommands.length, 1);
    assert.ok(serverCommand.length > 0);
  }
});

test("bench/peers refuses what it does not know, before it does anything", async () => {
  const { exit, stderr } = await runPeers("--only", "smtp");
  assert.equal(exit.code, 1);
  assert.match(stderr, /^--only: there is no smtp; choose from udp/);
});
