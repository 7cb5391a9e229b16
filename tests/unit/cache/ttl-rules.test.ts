// TTLs: what is kept and what is shown agree.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  applyTtlRules,
  failureLifetimeSeconds,
  type ResponseTtls,
  type TtlRules,
} from "../../../src/cache/ttl-rules.ts";

const RULES: TtlRules = { minTtlSeconds: 0, maxTtlSeconds: 86_400, maxNegativeTtlSeconds: 10_800 };

/** A "response" that is nothing but TTLs, the first at byte 2 so that none is aligned. */
function responseOf(ttls: readonly number[], kind: ResponseTtls["kind"] = "positive") {
  const bytes = new Uint8Array(2 + 4 * ttls.length).fill(0xaa, 0, 2);
  const view = new DataView(bytes.buffer);
  ttls.forEach((ttl, i) => view.setUint32(2 + 4 * i, ttl));
  const ttlSeconds = Math.min(...ttls.map((ttl) => (ttl >= 2 ** 31 ? 0 : ttl)));
  return { bytes, ttlOffsets: Uint16Array.from(ttls, (_, i) => 2 + 4 * i), kind, ttlSeconds };
}

function shown({ bytes, ttlOffsets }: ResponseTtls): number[] {
  const view = new DataView(bytes.buffer);
  return Array.from(ttlOffsets, (offset) => view.getUint32(offset));
}

function applied(
  ttls: readonly number[],
  rules: Partial<TtlRules>,
  kind: ResponseTtls["kind"] = "positive",
): { lifetime: number; ttls: number[] } {
  const response = responseOf(ttls, kind);
  const lifetime = applyTtlRules(response, { ...RULES, ...rules });
  assert.deepEqual([...response.bytes.subarray(0, 2)], [0xaa, 0xaa], "nothing but TTLs changes");
  return { lifetime, ttls: shown(response) };
}

describe("applyTtlRules", () => {
  test("leaves what is within the rules", () => {
    assert.deepEqual(applied([300, 60, 86_400], {}), { lifetime: 60, ttls: [300, 60, 86_400] });
  });

  test("lowers to the maximum, in each record", () => {
    const expected = { lifetime: 100, ttls: [100, 100] };
    assert.deepEqual(applied([300, 0x7fffffff], { maxTtlSeconds: 100 }), expected);
    assert.deepEqual(applied([300, 60], { maxTtlSeconds: 100 }), { lifetime: 60, ttls: [100, 60] });
  });

  test("raises to the minimum, shown and kept alike", () => {
    assert.deepEqual(applied([300, 5], { minTtlSeconds: 30 }), { lifetime: 30, ttls: [300, 30] });
  });

  test("a TTL of 0 stays and is not kept (RFC 2181 §8, RFC 8767 §4)", () => {
    assert.deepEqual(applied([0], { minTtlSeconds: 30 }), { lifetime: 0, ttls: [0] });
    assert.deepEqual(applied([300, 0], { minTtlSeconds: 30 }), { lifetime: 0, ttls: [300, 0] });
  });

  test("a TTL of 2³¹ or more is shown and kept as 0", () => {
    assert.deepEqual(applied([0x80000000], {}), { lifetime: 0, ttls: [0] });
    assert.deepEqual(applied([0xffffffff, 60], {}), { lifetime: 0, ttls: [0, 60] });
  });

  for (const kind of ["nodata", "nxdomain"] as const) {
    test(`${kind} has a maximum of its own`, () => {
      assert.deepEqual(applied([20_000], {}, kind), { lifetime: 10_800, ttls: [10_800] });
      const lower = { maxTtlSeconds: 50 };
      assert.deepEqual(applied([20_000], lower, kind), { lifetime: 50, ttls: [50] });
    });
  }

  test("where minimum and maximum conflict the maximum holds", () => {
    const rules = { minTtlSeconds: 600, maxNegativeTtlSeconds: 100 };
    assert.deepEqual(applied([20], rules, "nxdomain"), { lifetime: 100, ttls: [100] });
  });

  test("a negative response without an SOA and a failure are not kept", () => {
    const bare = { ...responseOf([], "nodata"), ttlSeconds: 0 };
    assert.equal(applyTtlRules(bare, { ...RULES, minTtlSeconds: 60 }), 0);
    assert.equal(applied([300], {}, "failure").lifetime, 0);
  });

  test("a response that is part of a larger buffer", () => {
    const buffer = new Uint8Array(20);
    const bytes = buffer.subarray(8, 12);
    bytes.set([0, 1, 0, 0]);
    const ttlOffsets = Uint16Array.of(0);
    const response = { bytes, ttlOffsets, kind: "positive", ttlSeconds: 65_536 } as const;
    assert.equal(applyTtlRules(response, { ...RULES, maxTtlSeconds: 7 }), 7);
    assert.deepEqual([...buffer.subarray(7, 13)], [0, 0, 0, 0, 7, 0]);
  });
});

describe("failureLifetimeSeconds", () => {
  test("doubles from 1 s to 5 minutes (RFC 9520 §3.2)", () => {
    const lifetimes = [0, 1, 2, 3, 7, 8, 9, 40, 5000].map(failureLifetimeSeconds);
    assert.deepEqual(lifetimes, [1, 2, 4, 8, 128, 256, 300, 300, 300]);
  });
});
