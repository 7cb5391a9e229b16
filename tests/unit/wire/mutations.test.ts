// Spoilt messages: reading never throws and never reaches outside the message, and whatever
// normalizeResponse makes of them is well-formed and stays as it is.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { normalizeResponse } from "../../../src/wire/normalize-response.ts";
import type { Question } from "../../../src/wire/question.ts";
import { QueryView, READ, readQuery } from "../../../src/wire/query-view.ts";
import { readResponse } from "../../../src/wire/read-response.ts";
import { dataPath, readTarGz } from "../../data-sets.ts";
import { joined, message, opt, option, toHex } from "./compose.ts";
import { compressed } from "./compressed.ts";
import { looseResponse, queryPacket, tellingResponse } from "./generate.ts";
import { mutate } from "./mutate.ts";
import { peerBytes } from "./peer.ts";
import { Random } from "./random.ts";

const SEED = 20_260_106;
const MUTANTS = 40_000;

/** The bytes, but reading one before `start` or from `end` on throws. */
function guarded(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Proxy(bytes, {
    get(target, key): unknown {
      if (typeof key === "string" && /^-?\d+$/.test(key)) {
        const index = Number(key);
        if (index < start || index >= end) throw new Error(`read at ${key}, of ${start} to ${end}`);
        return target[index];
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Messages to spoil: generated, and captured ones where they are. */
function seedMessages(): Uint8Array[] {
  const random = new Random(SEED);
  const responses = fc.sample(fc.oneof(looseResponse, tellingResponse), {
    seed: SEED,
    numRuns: 400,
  });
  const queries = fc.sample(queryPacket, { seed: SEED, numRuns: 100 });
  const forCookie = message({ flags: 0, additionals: [opt([option(10, new Uint8Array(8))])] });
  const path = dataPath("packets.tar.gz");
  const captured = path === undefined ? [] : Array.from(readTarGz(path), ({ bytes }) => bytes);
  return [
    ...responses.map((packet) => compressed(packet, random)),
    ...queries.map(peerBytes),
    ...Array<Uint8Array>(20).fill(forCookie),
    ...captured.filter(({ length }, i) => i % 5 === 0 && length < 4096),
  ];
}

const messages = seedMessages();

/** Calls back with each mutant; a failure says which one it was. */
function forEachMutant(seed: number, check: (mutant: Uint8Array) => void): void {
  const random = new Random(seed);
  for (let i = 0; i < MUTANTS; i++) {
    const mutant = mutate(random.pick(messages), random.pick(messages), random);
    try {
      check(mutant);
    } catch (error) {
      const which = `seed ${seed}, mutant ${i}: ${toHex(mutant)}`;
      throw new Error(`${which}\n${String(error)}`, { cause: error });
    }
  }
}

describe("spoilt messages", () => {
  test("readQuery neither throws nor reads outside, and does not mind what lies around", () => {
    const views = [new QueryView(), new QueryView()] as const;
    const results = new Set<number>();
    forEachMutant(SEED + 1, (mutant) => {
      if (mutant.length > 2) mutant[2]! &= 0x7f;
      const surroundings = [0x00, 0xff].map((byte) => new Uint8Array(7).fill(byte));
      const [first, second] = surroundings.map((around, i) => {
        const buffer = joined(around, mutant, around);
        const input = guarded(buffer, 7, 7 + mutant.length);
        return readQuery(input, 7, mutant.length, views[i]!);
      });
      results.add(first!);
      assert.equal(first, second);
      assert.deepEqual(views[0], views[1]);
      assertWithin(views[0], 7, 7 + mutant.length);
    });
    assert.deepEqual([...results].sort(), Object.values(READ).sort());
  });

  test("readResponse and normalizeResponse neither throw nor read outside", () => {
    const outcomes = new Map<string, number>();
    forEachMutant(SEED + 2, (mutant) => {
      if (mutant.length > 2) mutant[2]! = (mutant[2]! & 0x85) | 0x80;
      const input = guarded(mutant, 0, mutant.length);
      const parsed = readResponse(input);
      const outcome = typeof parsed === "string" ? parsed : "read";
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (typeof parsed === "string") {
        const question = { qname: Uint8Array.of(0), qtype: 1, qclass: 1 };
        assert.equal(normalizeResponse(input, question, { authenticated: true }), parsed);
      } else {
        assert.equal(parsed.end, mutant.length);
        assertNormalizes(input, parsed);
      }
    });
    for (const outcome of FAULTS) assert.ok((outcomes.get(outcome) ?? 0) > 50, outcome);
    assert.ok(outcomes.get("read")! > MUTANTS / 50, "nearly nothing is left to normalise");
  });
});

const FAULTS = ["short", "question", "name", "rdata", "counts", "trailing", "opt"];

/** What the view tells lies within the message. */
function assertWithin(view: QueryView, start: number, end: number): void {
  const { qnameOffset, qnameLength, questionEnd, cookieOffset, cookieLength } = view;
  if (questionEnd > 0) {
    assert.ok(qnameOffset === start + 12 && questionEnd <= end);
    assert.equal(questionEnd, qnameOffset + qnameLength + 4);
  }
  if (cookieLength > 0) assert.ok(cookieOffset > start && cookieOffset + cookieLength <= end);
  if (view.ecsLength > 0) assert.ok(view.ecsOffset + view.ecsLength <= end);
}

function assertNormalizes(input: Uint8Array, question: Question): void {
  const result = normalizeResponse(input, question, { authenticated: true });
  if (typeof result === "string") {
    assert.ok(["truncated", "chain", "too-long"].includes(result), result);
    return;
  }
  const { bytes, ttlOffsets } = result;
  const parsed = readResponse(bytes);
  assert.ok(typeof parsed !== "string", `emitted something ill-formed: ${String(parsed)}`);
  const offsets = parsed.records.map(({ ttlOffset }) => ttlOffset);
  assert.deepEqual([...ttlOffsets], offsets);
  const again = normalizeResponse(bytes, question, { authenticated: true });
  assert.ok(typeof again !== "string", `refused its own: ${String(again)}`);
  assert.equal(toHex(again.bytes), toHex(bytes));
}
