// Messages captured from servers and tests: dns-packet and Hermod read the same in each, or both
// refuse it, or the difference is a known one. The messages are read where HERMOD_TEST_DATA has
// them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { normalizeResponse } from "../../../src/wire/normalize-response.ts";
import { readResponse } from "../../../src/wire/read-response.ts";
import { dataPath, readTarGz } from "../../data-sets.ts";
import { toHex } from "./compose.ts";
import { KNOWN_DIFFERENCES, readBothWays } from "./known-differences.ts";
import { peerRead } from "./peer.ts";

describe("each known difference", () => {
  for (const known of KNOWN_DIFFERENCES) {
    test(`shows in a message made for it: ${known.name}`, () => {
      const reading = readBothWays(known.example);
      assert.ok(reading.difference !== undefined, "there is none");
      const found = KNOWN_DIFFERENCES.filter(({ applies }) => applies(reading));
      assert.deepEqual(found, [known]);
    });
  }
});

const path = dataPath("packets.tar.gz");
if (path !== undefined) describeCaptured(path);

function describeCaptured(archive: string): void {
  describe("captured messages", () => {
    test("are read as dns-packet reads them, or differ for a known reason", () => {
      const counts = new Map(KNOWN_DIFFERENCES.map(({ name }) => [name, 0]));
      const agreed = { queries: 0, responses: 0, refusals: 0 };
      for (const { name, bytes } of readTarGz(archive)) {
        const reading = readBothWays(bytes);
        if (reading.difference === undefined) {
          const { peer, isResponse } = reading;
          agreed[peer instanceof Error ? "refusals" : isResponse ? "responses" : "queries"]++;
          continue;
        }
        const known = KNOWN_DIFFERENCES.find(({ applies }) => applies(reading));
        assert.ok(known !== undefined, `${name}: ${reading.difference}`);
        counts.set(known.name, counts.get(known.name)! + 1);
      }
      const expected = KNOWN_DIFFERENCES.map(({ name, count }) => [name, count]);
      assert.deepEqual([...counts], expected);
      assert.deepEqual(agreed, { queries: 3647, responses: 4792, refusals: 32 });
    });

    test("normalise to what both read, and normalising again changes nothing", () => {
      const outcomes = { positive: 0, nodata: 0, nxdomain: 0, failure: 0, truncated: 0 };
      for (const { name, bytes } of readTarGz(archive)) {
        const outcome = normalizedTwice(bytes, name);
        if (outcome !== undefined) outcomes[outcome]++;
      }
      const negative = { nodata: 648, nxdomain: 538 };
      assert.deepEqual(outcomes, { positive: 3494, ...negative, failure: 107, truncated: 39 });
    });
  });
}

/** Undefined when it is no well-formed response. */
function normalizedTwice(
  bytes: Uint8Array,
  name: string,
): "positive" | "nodata" | "nxdomain" | "failure" | "truncated" | undefined {
  const parsed = readResponse(bytes);
  if (typeof parsed === "string") return undefined;
  const result = normalizeResponse(bytes, parsed, { authenticated: true });
  if (result === "truncated") return result;
  assert.ok(typeof result !== "string", `${name}: ${String(result)}`);
  assert.ok(typeof readResponse(result.bytes) !== "string", name);
  const peerAccepts = (message: Uint8Array) => !(peerRead(message) instanceof Error);
  assert.ok(peerAccepts(result.bytes) || !peerAccepts(bytes), name);
  const again = normalizeResponse(result.bytes, parsed, { authenticated: true });
  assert.ok(typeof again !== "string", name);
  assert.equal(toHex(again.bytes), toHex(result.bytes), name);
  return result.kind;
}
