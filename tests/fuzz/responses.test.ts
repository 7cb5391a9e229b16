// Damaged upstream responses: whatever comes, nothing ill-formed and nothing foreign is relayed or
// cached. First the door alone, then the whole slow path with an upstream that sends mutants.

import assert from "node:assert/strict";
import { test } from "node:test";
import { timers } from "../../src/clock/timing-wheel.ts";
import { Counters } from "../../src/memory/counters.ts";
import { MISS } from "../../src/resolver/answer.ts";
import { Resolver } from "../../src/resolver/resolve.ts";
import { type Judge, UpstreamError, type UpstreamGroup } from "../../src/upstream/contract.ts";
import { normalizeResponse } from "../../src/wire/normalize-response.ts";
import type { Question } from "../../src/wire/question.ts";
import { readResponse } from "../../src/wire/read-response.ts";
import { Answering } from "../answering.ts";
import { mutate } from "./mutate.ts";
import { encode, questionEnd, recordedResponses } from "./query-corpus.ts";
import { Random, SEED } from "./random.ts";
import { type AskedQuestion, foreignOwner, generateResponse } from "./response-corpus.ts";
import { faultOf, secondOpinion } from "./well-formed.ts";

const NORMALIZED_MUTANTS = 100_000;
const RESOLVED_QUERIES = 20_000;
const TRIES = 3;
const TYPES = ["A", "AAAA", "TXT", "MX"] as const;

/** dns-packet's opinion of a message that goes on behind its last record. */
const TRAILING = /of \d+ bytes$/;

/** A mutant whose question and ID stay whole most of the time, or all would end at that check. */
function mutant(random: Random, message: Uint8Array, other: Uint8Array): Uint8Array {
  const damaged = mutate(random, message, other);
  const end = questionEnd(message);
  if (end === 0 || damaged.length < end || random.oneIn(5)) return damaged;
  damaged.set(message.subarray(12, end), 12);
  damaged.set(message.subarray(0, 6), 0);
  return damaged;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function questionOf(message: Uint8Array): Question | undefined {
  const parsed = readResponse(message);
  return typeof parsed === "string" ? undefined : parsed;
}

/** What a well-formed response may still have wrong: records that do not answer the question. */
function relayFault(response: Uint8Array): string | undefined {
  const decoded = secondOpinion(response);
  if (decoded === undefined || typeof decoded === "string") return decoded;
  const owner = foreignOwner(decoded);
  return owner === undefined ? undefined : `a record of ${owner}`;
}

/** What is wrong with what normalizeResponse() makes of a mutant. */
function normalizationFault(message: Uint8Array, question: Question): string | undefined {
  const normalized = normalizeResponse(message, question, { authenticated: true });
  if (typeof normalized === "string") return undefined;
  const opinion = secondOpinion(message);
  if (typeof opinion === "string" && TRAILING.test(opinion)) return `accepts ${opinion}`;
  const { bytes, ttlOffsets } = normalized;
  const parsed = readResponse(bytes);
  if (typeof parsed === "string") return `made an ill-formed response: ${parsed}`;
  if (parsed.end !== bytes.length) return "made trailing bytes";
  const isForAnother = Buffer.compare(parsed.qname, question.qname) !== 0;
  if (isForAnother || parsed.qtype !== question.qtype) return "answers another question";
  const offsets = parsed.records.map((record) => record.ttlOffset);
  if (offsets.join() !== [...ttlOffsets].join()) return "gives the wrong places of TTLs";
  if (parsed.records.some((record) => record.ttl >= 2 ** 31)) return "keeps a TTL of 2^31";
  return relayFault(bytes);
}

test("normalizeResponse() makes nothing ill-formed of damaged responses", () => {
  const random = new Random(SEED);
  const generated = Array.from({ length: 3000 }, (_, i) => {
    return generateResponse(random, { name: `Name${i}.example`, type: random.pick(TYPES) }, i);
  });
  const corpus = [...generated, ...recordedResponses()];
  let usable = 0;
  for (let i = 0; i < NORMALIZED_MUTANTS; i++) {
    const message = random.pick(corpus);
    const damaged = mutant(random, message, random.pick(corpus));
    const question = questionOf(message);
    if (question === undefined) continue;
    try {
      assert.equal(normalizationFault(damaged, question), undefined);
      if (typeof readResponse(damaged) !== "string") usable++;
    } catch (error) {
      throw new Error(`seed ${SEED}, mutant ${i}: ${hex(damaged)}`, { cause: error });
    }
  }
  assert.ok(usable > NORMALIZED_MUTANTS / 50, `${usable} could be read`);
});

/** Upstreams that send mutants, one after the other, until one is accepted. */
class MutantGroup implements UpstreamGroup {
  readonly authenticated = false;
  accepted = 0;
  /** What was sent for the question at hand. */
  sent: Uint8Array[] = [];
  private readonly next: () => Uint8Array;

  constructor(next: () => Uint8Array) {
    this.next = next;
  }

  ask(_query: Uint8Array, _timeoutMs: number, judge: Judge): void {
    this.sent = [];
    for (let i = 0; i < TRIES; i++) {
      const response = this.next();
      this.sent.push(response.slice());
      if (judge.accepts(response)) {
        this.accepted++;
        return judge.ended(undefined);
      }
    }
    judge.ended(new UpstreamError("malformed", "nothing but mutants"));
  }

  close(): void {}
}

function responseFault(query: Uint8Array, response: Uint8Array): string | undefined {
  return faultOf(query, response, "tcp") ?? relayFault(response);
}

test("the slow path relays and caches nothing ill-formed", { timeout: 240_000 }, async () => {
  const random = new Random(SEED + 1);
  let asked: AskedQuestion = { name: "a.example", type: "A" };
  const recorded = recordedResponses();
  const group = new MutantGroup(() => {
    const honest = generateResponse(random, asked, random.below(65_536));
    const other = recorded.length > 0 ? random.pick(recorded) : honest;
    return random.oneIn(10) ? honest : mutant(random, honest, other);
  });
  const set = new Answering();
  const { answerer, store } = set;
  const limits = { waitersPerQuestion: 10, waitersPerClient: 10, waitMs: 1800 };
  const counters = new Counters();
  const parts = { answerer, store, upstream: group, timers, counters, ...limits };
  const resolver = new Resolver(parts);
  let hits = 0;
  for (let i = 0; i < RESOLVED_QUERIES; i++) {
    asked = { name: `Name${i}.example`, type: random.pick(TYPES) };
    const query = encode({
      type: "query",
      id: random.below(65_536),
      flags: 0x100,
      questions: [asked],
      additionals: random.oneIn(2) ? [{ type: "OPT", name: ".", options: [] }] : [],
    });
    const response = await resolved(set, resolver, query);
    set.client.nowSeconds = set.store.buffer.words[3]!;
    const again = set.answer(query);
    if (again !== MISS) hits++;
    for (const one of [response, again]) {
      const fault = one instanceof Uint8Array ? responseFault(query, one) : undefined;
      if (fault === undefined) continue;
      const sent = group.sent.map(hex).join("\n");
      assert.fail(`seed ${SEED}, query ${i}: ${fault}: ${hex(one as Uint8Array)}\n${sent}`);
    }
  }
  assert.equal(resolver.waiting, 0);
  assert.ok(group.accepted > RESOLVED_QUERIES / 20, `${group.accepted} accepted`);
  assert.ok(group.accepted < (RESOLVED_QUERIES * 19) / 20, `${group.accepted} accepted`);
  assert.ok(hits > RESOLVED_QUERIES / 20, `${hits} hits`);
});

function resolved(set: Answering, resolver: Resolver, query: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve) => {
    resolver.resolve(query, 0, query.length, set.client, {
      respond: (out, offset, length) => resolve(out.bytes.slice(offset, offset + length)),
    });
  });
}
