// The names that are answered here and never asked upstream: special-use names and the reverse zones
// of addresses that mean something different on every network. The registries are RFC 6761 §6,
// RFC 6303 §4 and those named below.

/** What a zone answers beside NODATA at its apex and NXDOMAIN below. */
export const LOCAL_ZONE = {
  /** Apex exists, nothing below. */
  empty: 0,
  /** A 127.0.0.1 and AAAA ::1 at the apex and everywhere below (RFC 6761 §6.3). */
  localhost: 1,
  /** PTR localhost. at the apex (RFC 6303 §4.2, §4.4). */
  loopbackPointer: 2,
  /** NODATA at the apex and everywhere below (RFC 9462 §6.1: no designated resolver yet). */
  nodata: 3,
} as const;

export interface SpecialZone {
  /** Presentation form without the trailing dot. */
  readonly name: string;
  readonly kind: number;
}

const { empty, localhost, loopbackPointer, nodata } = LOCAL_ZONE;

const RFC_6761 = ["test", "invalid", "onion"]; // onion: RFC 7686
/** Multicast DNS (RFC 6762 §22.1), names outside the DNS (RFC 9476), home networks (RFC 8375). */
const LATER_NAMES = ["local", "alt", "home.arpa"];

/** RFC 6303 §4.2: this network, link local, documentation, broadcast; §4.1: private addresses. */
const IPV4_REVERSE = [
  "10",
  "168.192",
  ...range(16, 31).map((n) => `${n}.172`),
  "0",
  "127",
  "254.169",
  "2.0.192",
  "100.51.198",
  "113.0.203",
  "255.255.255.255",
  ...range(64, 127).map((n) => `${n}.100`), // shared address space: RFC 7793
];

/** RFC 6303 §4.3 unspecified, §4.4 unique local, §4.5 link local, §4.6 documentation. */
const IPV6_REVERSE = [
  Array(32).fill("0").join("."),
  "d.f",
  "8.e.f",
  "9.e.f",
  "a.e.f",
  "b.e.f",
  "8.b.d.0.1.0.0.2",
];

export const SPECIAL_ZONES: readonly SpecialZone[] = [
  { name: "localhost", kind: localhost },
  { name: "resolver.arpa", kind: nodata },
  { name: "1.0.0.127.in-addr.arpa", kind: loopbackPointer },
  { name: `1.${Array(31).fill("0").join(".")}.ip6.arpa`, kind: loopbackPointer },
  ...[...RFC_6761, ...LATER_NAMES].map((name) => ({ name, kind: empty })),
  ...IPV4_REVERSE.map((prefix) => ({ name: `${prefix}.in-addr.arpa`, kind: empty })),
  ...IPV6_REVERSE.map((prefix) => ({ name: `${prefix}.ip6.arpa`, kind: empty })),
];

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
