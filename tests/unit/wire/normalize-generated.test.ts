// Normalising random responses: dns-packet reads from the result exactly what the plain model
// expects, and normalising it again changes nothing.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { normalizeResponse } from "../../../src/wire/normalize-response.ts";
import type { Question } from "../../../src/wire/question.ts";
import { readResponse } from "../../../src/wire/read-response.ts";
import { read32 } from "../../../src/wire/numbers.ts";
import { toHex } from "./compose.ts";
import { compressed } from "./compressed.ts";
import { looseResponse, tellingResponse } from "./generate.ts";
import { expectedOf, plain, recordText, type Expected } from "./normalize-model.ts";
import { peerRead, type PeerReading } from "./peer.ts";
import { Random } from "./random.ts";

const seed = 20_260_105;

/** How often each thing came up: a test of cases that never occur proves nothing. */
class Tally {
  readonly counts = new Map<string, number>();

  add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  assertAtLeast(least: number, names: readonly string[]): void {
    for (const name of names) {
      const count = this.counts.get(name) ?? 0;
      assert.ok(count >= least, `only ${count} cases of ${name}`);
    }
  }
}

function read(bytes: Uint8Array): PeerReading {
  const peer = peerRead(bytes);
  assert.ok(!(peer instanceof Error), String(peer));
  return peer;
}

function assertAsExpected(bytes: Uint8Array, asked: Question, tally: Tally): void {
  const parsed = readResponse(bytes);
  assert.ok(typeof parsed !== "string");
  const expected = expectedOf(read(bytes).packet, parsed.rcode);
  const result = normalizeResponse(bytes, asked, { authenticated: false });
  if (typeof result === "string" || expected === "chain") {
    assert.equal(result, expected);
    return tally.add("chain");
  }
  const { packet, end } = read(result.bytes);
  assert.equal(end, result.bytes.length);
  const lines = (records: typeof packet.answers) =>
    records!.map((record) => recordText(plain(record)));
  assert.deepEqual(lines(packet.answers), expected.answers);
  assert.deepEqual(lines(packet.authorities), expected.authorities);
  assert.deepEqual([packet.additionals!.length, packet.id], [0, 0]);
  assert.equal(packet.flags, 0x0180 | (parsed.rcode & 15));
  const { kind, rcode, ttlSeconds } = result;
  assert.deepEqual([kind, rcode, ttlSeconds], [expected.kind, parsed.rcode, expected.ttlSeconds]);
  assertTtlOffsets(result.bytes, result.ttlOffsets, expected);
  assertStable(result.bytes, asked);
  count(tally, expected);
}

function assertTtlOffsets(bytes: Uint8Array, offsets: Uint16Array, expected: Expected): void {
  const shown = Array.from(offsets, (offset) => read32(bytes, offset));
  const lines = [...expected.answers, ...expected.authorities];
  assert.deepEqual(
    shown,
    lines.map((line) => Number(line.split(" ")[1])),
  );
}

function assertStable(bytes: Uint8Array, asked: Question): void {
  const again = normalizeResponse(bytes, asked, { authenticated: false });
  assert.ok(typeof again !== "string", String(again));
  assert.equal(toHex(again.bytes), toHex(bytes));
}

function count(
  tally: Tally,
  { kind, answers, authorities, linkCount, dnameCount }: Expected,
): void {
  tally.add(kind);
  if (kind === "positive" && authorities.length > 0) tally.add("positive with proof");
  if (kind !== "positive" && authorities.length > 1) tally.add("negative with proof");
  if (kind !== "positive" && answers.length > 0) tally.add("negative with aliases");
  if (linkCount > 1) tally.add("several links");
  if (dnameCount > 0) tally.add("DNAME");
}

function question(bytes: Uint8Array): Question {
  const parsed = readResponse(bytes);
  assert.ok(typeof parsed !== "string", String(parsed));
  return parsed;
}

describe("normalizeResponse does what the model says", () => {
  test("to responses whose records concern the question", () => {
    const tally = new Tally();
    const property = fc.property(tellingResponse, fc.nat(), (packet, number) => {
      const bytes = compressed(packet, new Random(number));
      assertAsExpected(bytes, question(bytes), tally);
    });
    fc.assert(property, { seed, numRuns: 6000 });
    tally.assertAtLeast(30, ["positive", "nodata", "nxdomain", "failure", "chain"]);
    tally.assertAtLeast(20, ["positive with proof", "negative with proof"]);
    tally.assertAtLeast(30, ["negative with aliases", "several links", "DNAME"]);
  });

  test("to responses of any records", () => {
    const tally = new Tally();
    const inClass = looseResponse.filter(({ questions, flags }) => {
      return questions![0]!.class === "IN" && (flags! & 0x0200) === 0;
    });
    const property = fc.property(inClass, fc.nat(), (packet, number) => {
      const bytes = compressed(packet, new Random(number));
      assertAsExpected(bytes, question(bytes), tally);
    });
    fc.assert(property, { seed, numRuns: 1500 });
    tally.assertAtLeast(10, ["nodata", "failure"]);
  });
});
