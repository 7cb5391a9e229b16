// 200,000 damaged queries through answer(): it never throws, reads nothing beside the query, writes
// nothing beside its room, and every response is well-formed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TRANSPORT } from "../../src/memory/counters.ts";
import { DROP, MISS } from "../../src/resolver/answer.ts";
import { addressToWords } from "../../src/listener/address-words.ts";
import { Answering, OUT_OFFSET } from "../answering.ts";
import { mutate } from "./mutate.ts";
import { encode, generateQueries, questionEnd, recordedQueries } from "./query-corpus.ts";
import { Random, SEED } from "./random.ts";
import { faultOf, mustBeDropped } from "./well-formed.ts";

const MUTANTS = 200_000;
const CACHED_NAMES = 60;
const NOISE = 600;
const CANARY = 0xa5;
const UDP_CAPACITY = 1232;

const cachedNames = Array.from({ length: CACHED_NAMES }, (_, i) => `Cached${i}.Example`);

/** Answers for the cached names: few records, many, none. */
function fillCache(set: Answering): void {
  cachedNames.forEach((name, i) => {
    const questions = [{ type: "A", name }];
    const query = encode({ type: "query", flags: 0x100, questions });
    const answers = Array.from({ length: i }, (_, n) => {
      return { type: "A", name, ttl: 300, data: `192.0.${i}.${n}` };
    });
    const data = { mname: "ns", rname: "who", serial: 1, refresh: 1, retry: 1, expire: 1 };
    const soa = { type: "SOA", name: "example", ttl: 300, data: { ...data, minimum: 300 } };
    const authorities = i === 0 ? [soa] : [];
    set.keep(query, encode({ type: "response", flags: 0x8180, questions, answers, authorities }));
  });
}

/** Answers `query`, which lies between random bytes that must not matter. */
function answerInNoise(set: Answering, random: Random, query: Uint8Array, noise: Uint8Array) {
  const offset = random.below(NOISE - 64);
  const buffer = new Uint8Array(offset + query.length + 64);
  buffer.set(noise.subarray(0, Math.min(buffer.length, noise.length)));
  buffer.set(query, offset);
  const { answerer, client, out } = set;
  const capacity = client.transport === TRANSPORT.udp ? UDP_CAPACITY : out.bytes.length - 64;
  const length = answerer.answer(buffer, offset, query.length, out, OUT_OFFSET, capacity, client);
  if (length > capacity) throw new Error(`${length} bytes where ${capacity} fit`);
  return length < 0 ? length : out.bytes.slice(OUT_OFFSET, OUT_OFFSET + length);
}

function checkOne(set: Answering, query: Uint8Array, result: Uint8Array | number): string {
  const { transport } = set.client;
  if (result === DROP) return mustBeDropped(query) ? "dropped" : fail("dropped without need");
  if (mustBeDropped(query)) return fail("answered what is no query");
  if (result === MISS) return questionEnd(query) > 0 ? "missed" : fail("MISS without a question");
  const response = result as Uint8Array;
  const fault = faultOf(query, response, transport === TRANSPORT.udp ? "udp" : "tcp");
  if (fault !== undefined) return fail(`${fault}: ${hex(response)}`);
  return `rcode ${response[3]! & 15}`;
}

function fail(what: string): never {
  throw new Error(what);
}

function same(a: Uint8Array | number, b: Uint8Array | number): boolean {
  return typeof a === "number" || typeof b === "number" ? a === b : Buffer.compare(a, b) === 0;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

test("damaged queries are dropped, missed or answered in good form", { timeout: 240_000 }, () => {
  const set = new Answering();
  fillCache(set);
  const random = new Random(SEED);
  const corpus = [...generateQueries(random, 4000, cachedNames), ...recordedQueries()];
  const noise = random.bytes(4 * NOISE);
  const stranger = addressToWords("203.0.113.9").slice();
  const loopback = set.client.address.slice();
  const seen: Record<string, number> = {};
  for (let i = 0; i < MUTANTS; i++) {
    const query = mutate(random, random.pick(corpus), random.pick(corpus));
    set.client.transport = random.oneIn(2) ? TRANSPORT.udp : TRANSPORT.tcp;
    set.client.address.set(random.oneIn(50) ? stranger : loopback);
    const untouched = query.slice();
    try {
      const capacity = set.client.transport === TRANSPORT.udp ? UDP_CAPACITY : undefined;
      set.out.bytes.fill(CANARY, OUT_OFFSET + UDP_CAPACITY, OUT_OFFSET + UDP_CAPACITY + 16);
      const result = set.answer(query, capacity);
      const kind = checkOne(set, query, result);
      seen[kind] = (seen[kind] ?? 0) + 1;
      if (!same(query, untouched)) fail("the query was changed");
      if (set.out.bytes[OUT_OFFSET + UDP_CAPACITY] !== CANARY && capacity !== undefined) {
        fail("written beyond the room for the response");
      }
      if (!same(answerInNoise(set, random, query, noise), result)) fail("what lies beside matters");
    } catch (error) {
      throw new Error(`seed ${SEED}, mutant ${i}: ${hex(untouched)}`, { cause: error });
    }
  }
  // All that may happen did happen: NOERROR, FORMERR, NXDOMAIN, NOTIMP, REFUSED …
  for (const rcode of [0, 1, 3, 4, 5])
    assert.ok(seen[`rcode ${rcode}`]! > 500, JSON.stringify(seen));
  assert.ok(seen["dropped"]! > 500 && seen["missed"]! > 500, JSON.stringify(seen));
});
