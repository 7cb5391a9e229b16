// What the options come to, and what is said of those that can't be.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planBench } from "../../../../src/commands/bench/plan.ts";
import { readQuestions } from "../../../../src/commands/bench/read-questions.ts";
import type { HermodError } from "../../../../src/errors.ts";
import { nameToText } from "../../../../src/wire/name-text.ts";
import { temporaryFile } from "../../../e2e/temporary-folder.ts";

const SERVER = { server: "udp://192.0.2.1" };
const GOOD = { ...SERVER, zone: "zone.example", warmUp: true };

describe("the plan", () => {
  test("of next to nothing is a modest load of names made below the zone", () => {
    const { load, connections, timeoutMs, mix, nameCount, warmUp } = planBench(GOOD);
    assert.deepEqual(load, { mode: "open", steps: [{ rate: 1000, durationMs: 10_000 }] });
    assert.deepEqual(mix, { hit: 1, miss: 0, blocked: 0 });
    assert.deepEqual([connections, timeoutMs, nameCount, warmUp], [8, 5000, 1000, true]);
  });

  test("has the ramp's steps", () => {
    const { load } = planBench({ ...GOOD, ramp: "100:300:3", duration: "6s" });
    const steps = [100, 200, 300].map((rate) => ({ rate, durationMs: 2000 }));
    assert.deepEqual(load, { mode: "open", steps });
    const falling = planBench({ ...GOOD, ramp: "10:1" }).load;
    assert.ok(falling.mode === "open" && falling.steps.length === 10);
    assert.equal(falling.steps[9]!.rate, 1);
  });

  for (const rate of ["max", "0"]) {
    test(`at --rate ${rate} has a window`, () => {
      const { load } = planBench({ ...GOOD, rate, inFlight: "64", duration: "2s" });
      assert.deepEqual(load, { mode: "closed", inFlight: 64, durationMs: 2000 });
    });
  }

  test("has shares of 1 and the rcodes that are right", () => {
    const { expectedRcodes, mix } = planBench({
      ...GOOD,
      mix: "hit=6,miss=3,blocked=1",
      blockedNames: "b.txt",
      expectRcode: "blocked=refused+NXDOMAIN,hit=NOERROR",
    });
    assert.deepEqual(mix, { hit: 0.6, miss: 0.3, blocked: 0.1 });
    assert.deepEqual([...expectedRcodes], [1, 0b1001, 0b101000]);
  });

  test("asks for nothing beforehand when nothing is to be hit", () => {
    assert.equal(planBench({ ...GOOD, mix: "miss=1" }).warmUp, false);
    assert.equal(planBench({ ...GOOD, warmUp: false }).warmUp, false);
  });
});

describe("options that can't be are refused with what to write instead", () => {
  const cases: [object, RegExp][] = [
    [SERVER, /--names FILE, or --zone NAME/],
    [{ ...GOOD, rate: "fast" }, /--rate "fast".*as in 5000, or max/],
    [{ ...GOOD, rate: "-1" }, /--rate/],
    [{ ...GOOD, rate: "1e9" }, /--rate/],
    [{ ...GOOD, duration: "0s" }, /--duration must be longer than nothing/],
    [{ ...GOOD, rate: "max", duration: "0s" }, /--duration/],
    [{ ...GOOD, duration: "5" }, /--duration: .*as in 30s/],
    [{ ...GOOD, timeout: "0s" }, /--timeout/],
    [{ ...GOOD, rate: "5", ramp: "1:2" }, /exclude each other/],
    [{ ...GOOD, ramp: "1" }, /--ramp "1" is not FROM:TO/],
    [{ ...GOOD, ramp: "0:5" }, /--ramp/],
    [{ ...GOOD, ramp: "1:5:1" }, /steps are from 2 to 100/],
    [{ ...GOOD, ramp: "1:5:2:9" }, /--ramp/],
    [{ ...GOOD, inFlight: "5" }, /--in-flight goes with --rate max only/],
    [{ ...GOOD, ramp: "1:5", inFlight: "5" }, /--in-flight goes with --rate max only/],
    [{ ...GOOD, rate: "max", inFlight: "0" }, /--in-flight "0"/],
    [{ ...GOOD, connections: "0" }, /--connections "0" is not a whole number from 1 to 1000/],
    [{ ...GOOD, nameCount: "many" }, /--name-count "many"/],
    [{ ...GOOD, zipf: "x" }, /--zipf "x"/],
    [{ ...GOOD, seed: "-4" }, /--seed "-4"/],
    [{ ...GOOD, mix: "hits=1" }, /--mix "hits=1".*hit=90,miss=9,blocked=1/],
    [{ ...GOOD, mix: "hit=0" }, /--mix/],
    [{ ...GOOD, mix: "hit" }, /--mix/],
    [{ ...GOOD, mix: "hit=1,blocked=1" }, /--blocked-names FILE/],
    [{ ...GOOD, blockedNames: "b.txt" }, /--blocked-names has no use/],
    [{ ...SERVER, names: "n.txt", mix: "hit=1,miss=1" }, /misses .* --zone NAME/],
    [{ ...GOOD, names: "n.txt", nameCount: "5" }, /--name-count/],
    [{ ...GOOD, zone: "a..b" }, /--zone: .*empty label/],
    [{ ...GOOD, zone: `${"a".repeat(63)}.`.repeat(3) }, /--zone is too long/],
    [{ ...GOOD, expectRcode: "hit=YES" }, /--expect-rcode.*NOERROR, FORMERR/],
    [{ ...GOOD, expectRcode: "any=NOERROR" }, /--expect-rcode/],
    [{ ...GOOD, post: true }, /--post goes with https:\/\/ only/],
    [{ ...GOOD, ca: "ca.pem" }, /--ca goes with tls:\/\/ and https:\/\/ only/],
    [{ ...GOOD, server: "quic://192.0.2.1" }, /quic/],
  ];
  for (const [options, message] of cases) {
    test(JSON.stringify(options), () => {
      assert.throws(
        () => planBench(options as Record<string, unknown>),
        (error: HermodError) => {
          assert.match(error.message, message);
          assert.match(error.code, /^(USAGE|NAME|UPSTREAM_URL)$/);
          return true;
        },
      );
    });
  }
});

describe("a file of questions", () => {
  test("is read as dnsperf reads it", () => {
    const text =
      "# for a test\nwww.example A\n\n mail.example\tmx \r\nplain.example\n. TYPE65280\n";
    const found = readQuestions(temporaryFile("names", text)).map(({ qname, qtype }) => {
      return [nameToText(qname, 0), qtype];
    });
    assert.deepEqual(found, [
      ["www.example.", 1],
      ["mail.example.", 15],
      ["plain.example.", 1],
      [".", 65_280],
    ]);
  });

  for (const [text, message] of [
    ["a.example A\nb..example A\n", /names:2: .*empty label/],
    ["a.example A\n\n# c\na.example AAAAA\n", /names:4: unknown type "AAAAA": did you mean AAAA\?/],
    ["a.example A IN\n", /names:1: a line has a name and a type/],
    ["\n# nothing\n", /names holds no names/],
  ] as const) {
    test(`with a mistake shows where: ${JSON.stringify(text)}`, () => {
      const file = temporaryFile("names", text);
      assert.throws(() => readQuestions(file), { code: "NAMES_FILE", message });
    });
  }

  test("that is not there", () => {
    assert.throws(() => readQuestions("/nowhere/names"), /\/nowhere\/names can't be read/);
  });
});
