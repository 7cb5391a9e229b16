// Cutting a burst of a stream into queries: whole ones, and one that came in two parts.

import assert from "node:assert/strict";
import { FrameReader } from "../../../src/wire/frame-reader.ts";
import type { HotCase } from "../hot-case.ts";

const FRAMES = 32;
const LENGTH = 44;
const CUT = 20;

export const title = "wire: cut a stream into messages";

export function cases(): readonly HotCase[] {
  const frame = new Uint8Array(2 + LENGTH).fill(7);
  frame.set([0, LENGTH]);
  const burst = new Uint8Array(FRAMES * frame.length);
  for (let i = 0; i < FRAMES; i++) burst.set(frame, i * frame.length);
  const reader = new FrameReader();
  let bytesSeen = 0;
  const target = {
    frame: (_bytes: Uint8Array, _offset: number, length: number) => void (bytesSeen += length),
  };
  const readBurst = (): number => {
    reader.read(burst, target);
    return bytesSeen;
  };
  const [first, rest] = [frame.slice(0, CUT), frame.slice(CUT)];
  const readParts = (): number => {
    reader.read(first, target);
    reader.read(rest, target);
    return bytesSeen;
  };
  assert.equal(readBurst(), FRAMES * LENGTH);
  assert.equal(readParts(), (FRAMES + 1) * LENGTH);
  return [
    { name: `${FRAMES} queries in one read`, run: readBurst },
    { name: "one query in two reads", run: readParts },
  ];
}
