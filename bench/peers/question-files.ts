// The questions that are asked, as files for the load generators, and the one query of DNS over HTTPS. A large
// cache is asked in another order than it was filled in, by a shuffle with a fixed seed.

import { createWriteStream, writeFileSync } from "node:fs";
import { finished } from "node:stream/promises";
import { join } from "node:path";
import * as dnsPacket from "dns-packet";
import { ZONE } from "./bench-upstream.ts";

export interface QuestionFiles {
  readonly folder: string;
  /** 1,000 names. */
  readonly hits: string;
  /** Asked once each, to warm up what forwards. */
  readonly warmUp: string;
  /** 400,000 names, asked once each. */
  readonly misses: string;
  /** One query in wire format. */
  readonly query: string;
}

const HIT_COUNT = 1000;
const WARM_UP_COUNT = 30_000;
const MISS_COUNT = 400_000;
const LINES_AT_ONCE = 10_000;

export async function writeQuestionFiles(folder: string): Promise<QuestionFiles> {
  const file = (name: string): string => join(folder, name);
  const files = {
    folder,
    hits: file("hits"),
    warmUp: file("warm-up"),
    misses: file("misses"),
    query: file("query"),
  };
  await writeNames(files.hits, "n", HIT_COUNT, "counted");
  await writeNames(files.warmUp, "w", WARM_UP_COUNT, "counted");
  await writeNames(files.misses, "m", MISS_COUNT, "counted");
  writeFileSync(files.query, encodeQuery(0, hitName(0)));
  return files;
}

export function hitName(i: number): string {
  return `n${i}.${ZONE}`;
}

export function encodeQuery(id: number, name: string): Buffer {
  const questions = [{ name, type: "A" as const }];
  return dnsPacket.encode({ type: "query", id, flags: dnsPacket.RECURSION_DESIRED, questions });
}

export type NameOrder = "counted" | "shuffled";

/** Names `prefix0` … one a line with the type; shuffled the same way in every run. */
export async function writeNames(
  path: string,
  prefix: string,
  count: number,
  nameOrder: NameOrder,
): Promise<void> {
  const order =
    nameOrder === "shuffled"
      ? shuffledNumbers(count)
      : Uint32Array.from({ length: count }, (_, i) => i);
  const stream = createWriteStream(path);
  for (let start = 0; start < count; start += LINES_AT_ONCE) {
    const numbers = Array.from(order.slice(start, start + LINES_AT_ONCE));
    stream.write(numbers.map((n) => `${prefix}${n}.${ZONE} A\n`).join(""));
  }
  stream.end();
  await finished(stream);
}

/** 0 … count - 1 by Fisher and Yates, with a linear congruential generator as the source. */
export function shuffledNumbers(count: number): Uint32Array {
  const numbers = Uint32Array.from({ length: count }, (_, i) => i);
  let state = 1;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    const kept = numbers[i]!;
    numbers[i] = numbers[j]!;
    numbers[j] = kept;
  }
  return numbers;
}
