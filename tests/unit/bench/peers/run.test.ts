// What surrounds a measurement: options, the order of servers, and what /proc says of a process.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { cellsOf, estimatedSeconds, whyNot } from "../../../../bench/peers/measure.ts";
import { parseOptions, USAGE } from "../../../../bench/peers/options.ts";
import {
  type CpuTime,
  cpuTime,
  familyOf,
  parseResidentBytes,
  parseStat,
  residentBytes,
} from "../../../../bench/peers/process-usage.ts";
import { WORKLOADS } from "../../../../bench/peers/results.ts";
import { interleave } from "../../../../bench/peers/schedule.ts";
import { HERMOD, PEERS } from "../../../../bench/peers/server-kinds.ts";
import { hermodBinary, variablesIn } from "../../../../bench/peers/servers/hermod.ts";
import { WORKLOAD_KINDS } from "../../../../bench/peers/workload-kinds.ts";

const STAT =
  "525 (a ) name (b) R 467 467 18358 0 -1 4194304 101 0 0 0 12 34 56 78 20 0 1 0 1783591 3133440 388";

describe("options", () => {
  test("by default are the whole run", () => {
    const options = parseOptions([]);
    assert.deepEqual([...options.workloads], [...WORKLOADS]);
    assert.deepEqual([...options.peers], [...PEERS]);
    assert.equal(options.installs, true);
    assert.equal(options.out, undefined);
  });

  test("choose, in the order of the run", () => {
    const { entries, installs, out, peers, rounds, seconds, workloads } = parseOptions([
      ...["--only", "misses,udp", "--peers", "floor,unbound", "--rounds", "3", "--seconds", "9"],
      ...["--entries", "100000", "--out", "x.json", "--no-install"],
    ]);
    assert.deepEqual(workloads, ["udp", "misses"]);
    assert.deepEqual(
      peers.map(({ id }) => id),
      ["unbound", "floor"],
    );
    assert.deepEqual([rounds, seconds, entries, out, installs], [3, 9, 100_000, "x.json", false]);
  });

  test("that are wrong are refused with what can be said", () => {
    assert.throws(() => parseOptions(["--only", "udp,smtp"]), /--only: there is no smtp; choose/);
    assert.throws(() => parseOptions(["--peers", "hermod"]), /--peers: there is no hermod/);
    for (const text of ["0", "1.5", "x", "-1", "601"]) {
      assert.throws(() => parseOptions([`--seconds=${text}`]), /whole number from 1 to 600/);
    }
    assert.throws(() => parseOptions(["--fast"]));
  });

  test("the usage names every workload and peer", () => {
    for (const name of [...WORKLOADS, ...PEERS.map(({ id }) => id)])
      assert.ok(USAGE.includes(name));
  });
});

describe("the order of servers", () => {
  const [a, b, c, d, e] = PEERS as readonly [typeof HERMOD, ...(typeof HERMOD)[]];
  const binary = hermodBinary("/nowhere/hermod");

  test("has Hermod next to every peer", () => {
    assert.deepEqual(interleave([HERMOD], []), [HERMOD]);
    assert.deepEqual(interleave([HERMOD], [a, b!, c!]), [HERMOD, a, b, HERMOD, c, HERMOD]);
    assert.deepEqual(interleave([HERMOD, binary], [a, b!, c!, d!, e!]), [
      ...[HERMOD, binary, a, b, HERMOD, binary, c, d, HERMOD, binary, e, HERMOD, binary],
    ]);
  });

  test("has each peer at what it can do, quick figures in every round", () => {
    const cells = cellsOf(parseOptions(["--rounds", "2"]), PEERS, binary);
    for (const workload of WORKLOAD_KINDS) {
      const own = cells.filter((cell) => cell.workload === workload);
      const measured = new Set(own.map(({ kind }) => kind));
      const able = PEERS.filter((kind) => whyNot(kind, workload) === undefined);
      assert.ok(measured.has(HERMOD) && able.every((kind) => measured.has(kind)), workload.id);
      assert.equal(measured.has(binary), workload.id === "start");
      assert.equal(measured.size, 1 + able.length + (workload.id === "start" ? 1 : 0));
      assert.equal(Math.max(...own.map(({ round }) => round)), workload.isInterleaved ? 1 : 0);
    }
  });

  test("takes about a quarter of an hour by default", () => {
    const options = parseOptions([]);
    const minutes = estimatedSeconds(cellsOf(options, PEERS, binary), options) / 60;
    assert.ok(minutes > 5 && minutes < 17, `${minutes} minutes`);
  });

  test("every workload has a kind", () => {
    assert.deepEqual(WORKLOAD_KINDS.map(({ id }) => id).sort(), [...WORKLOADS].sort());
  });
});

test("Hermod's environment is that of its start script", () => {
  assert.deepEqual(variablesIn("bun install --x=1 && A_1=0.2 B=c bun src/main.ts serve"), {
    ...{ A_1: "0.2", B: "c" },
  });
  assert.deepEqual(Object.keys(HERMOD.environment ?? {}), ["BUN_JSC_heapGrowthMaxIncrease"]);
});

function totalMs({ systemMs, userMs }: CpuTime): number {
  return userMs + systemMs;
}

/** Without that of children. */
function ownMs(): number {
  const { system, user } = process.cpuUsage();
  return (user + system) / 1000;
}

describe("/proc", () => {
  test("a line of stat, whatever the program's name", () => {
    assert.deepEqual(parseStat(STAT), {
      ...{ pid: 525, parent: 467, userMs: 120, systemMs: 340 },
      ...{ childrenUserMs: 560, childrenSystemMs: 780 },
    });
    assert.throws(() => parseStat("525 x"), /not a line/);
    assert.throws(() => parseStat(""), /not a line/);
  });

  test("a family is the process and all below it", () => {
    const stat = (pid: number, parent: number): ReturnType<typeof parseStat> => {
      return { ...parseStat(STAT), pid, parent };
    };
    const processes = [stat(1, 0), stat(2, 1), stat(3, 2), stat(4, 1), stat(5, 3)];
    assert.deepEqual(familyOf(2, processes), [2, 3, 5]);
    assert.deepEqual(familyOf(9, processes), [9]);
  });

  test("resident memory; what has ended has none", () => {
    assert.equal(parseResidentBytes("Name:\tx\nVmRSS:\t    388 kB\nRssAnon:\t 1 kB\n"), 397_312);
    assert.equal(parseResidentBytes("Name:\tx\nState:\tZ (zombie)\n"), 0);
  });

  if (existsSync("/proc/self/stat")) {
    test("of this very process", () => {
      const before = cpuTime(process.pid);
      for (const end = Date.now() + 100; Date.now() < end;);
      const after = cpuTime(process.pid);
      assert.ok(after.userMs + after.systemMs > before.userMs + before.systemMs);
      assert.ok(residentBytes(process.pid) > 2 ** 20);
    });

    test("of a child that has ended counts at its parent", () => {
      const before = { all: totalMs(cpuTime(process.pid)), own: ownMs() };
      execFileSync("sh", ["-c", "i=0; while [ $i -lt 500000 ]; do i=$((i+1)); done"]);
      const children = totalMs(cpuTime(process.pid)) - before.all - (ownMs() - before.own);
      assert.ok(children >= 50, `${children} ms`);
    });
  }
});
