// How long a response is kept, and the TTLs that it shows for it: clamps TTLs in the response itself,
// so that no client is told a longer or shorter time than the cache keeps to.

import { read32, write32 } from "../wire/numbers.ts";

export interface TtlRules {
  /** Shorter TTLs are raised to this, but never a TTL of 0. */
  readonly minTtlSeconds: number;
  /** Longer TTLs are lowered to this. Where the two conflict, the maximum holds. */
  readonly maxTtlSeconds: number;
  /** The same for NODATA and NXDOMAIN, if it is less (RFC 2308 §5). */
  readonly maxNegativeTtlSeconds: number;
}

/** What is needed of a normalized response. */
export interface ResponseTtls {
  readonly bytes: Uint8Array;
  /** Offsets in `bytes` of the TTL fields. */
  readonly ttlOffsets: Uint16Array;
  readonly kind: "positive" | "nodata" | "nxdomain" | "failure";
  /** The least TTL, of a negative response at most the SOA's MINIMUM; 0 to 2³¹ − 1. */
  readonly ttlSeconds: number;
}

/** RFC 9520 §3.2: a failure is remembered for at least 1 s and at most 5 minutes. */
const MAX_FAILURE_SECONDS = 300;

/**
 * Clamps the TTL fields in `response.bytes` and returns the lifetime in seconds: 0 means that the
 * response may not be kept, as one with a TTL of 0 (RFC 2181 §8, RFC 8767 §4) and any failure, whose
 * lifetime is failureLifetimeSeconds().
 */
export function applyTtlRules(response: ResponseTtls, rules: TtlRules): number {
  const { bytes, ttlOffsets, kind, ttlSeconds } = response;
  const most =
    kind === "positive"
      ? rules.maxTtlSeconds
      : Math.min(rules.maxTtlSeconds, rules.maxNegativeTtlSeconds);
  for (const offset of ttlOffsets) clampTtl(bytes, offset, rules.minTtlSeconds, most);
  return kind === "failure" ? 0 : clamp(ttlSeconds, rules.minTtlSeconds, most);
}

/** The lifetime of a failure after `previousFailures` others in a row: 1, 2, 4 … 300 seconds. */
export function failureLifetimeSeconds(previousFailures: number): number {
  return Math.min(2 ** previousFailures, MAX_FAILURE_SECONDS);
}

function clampTtl(bytes: Uint8Array, offset: number, least: number, most: number): void {
  write32(bytes, offset, clamp(read32(bytes, offset), least, most));
}

/** RFC 2181 §8: a TTL with its highest bit set counts as 0, and 0 stays. */
function clamp(ttlSeconds: number, least: number, most: number): number {
  if (ttlSeconds === 0 || ttlSeconds >= 0x8000_0000) return 0;
  return Math.min(Math.max(ttlSeconds, least), most);
}
