// Checks at start that the kernel understands the structures as they are laid out here: datagrams are
// sent to oneself, from an address of choice, and must arrive whole with both addresses told. Takes
// about a millisecond.

import { HermodError } from "../../errors.ts";
import type { Libc } from "../libc-contract.ts";
import { addressOf, DatagramSocket, socketAddress } from "./datagram-socket.ts";
import { ORIGIN_BYTES, ORIGIN_CONTROL_WORD } from "./message-batch.ts";
import { ReceiveBatch } from "./receive-batch.ts";
import { SendBatch } from "./send-batch.ts";
import {
  AF_INET,
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_PKTINFO,
  MSG_WAITFORONE,
  PKTINFO_IN,
  PKTINFO_IN6,
} from "./socket-constants.ts";

const SIZE = { count: 4, capacityBytes: 64 };
const DATAGRAMS = 3;
const ROUNDS = 2;
const RECEIVE_TIMEOUT_MS = 1000;

/** Throws a HermodError with the code LIBC_UNAVAILABLE that says what is not as it should be. */
export function checkSockets(libc: Libc): void {
  checkWildcard(libc, "0.0.0.0", [{ to: "127.0.0.1", from: "127.0.0.2" }]);
  if (!hasIPv6(libc)) return;
  checkWildcard(libc, "::", [
    { to: "::1", from: "::1" },
    { to: "::ffff:127.0.0.1", from: "::ffff:127.0.0.2" },
  ]);
}

interface Route {
  readonly to: string;
  readonly from: string;
}

function hasIPv6(libc: Libc): boolean {
  try {
    open(libc, "::1").close();
    return true;
  } catch {
    return false;
  }
}

function open(libc: Libc, host: string): DatagramSocket {
  const local = { host, port: 0 };
  const receiveTimeoutMs = RECEIVE_TIMEOUT_MS;
  return new DatagramSocket(libc, { local, reusePort: false, receiveTimeoutMs });
}

function checkWildcard(libc: Libc, host: string, routes: readonly Route[]): void {
  const socket = open(libc, host);
  try {
    for (const route of routes) checkRoute(libc, socket, route);
  } finally {
    socket.close();
  }
}

function checkRoute(libc: Libc, socket: DatagramSocket, route: Route): void {
  const received = new ReceiveBatch(libc, socket, SIZE);
  const sent = new SendBatch(libc, socket, SIZE);
  // What is sent has these as destination and source, what arrives the other way round.
  const outgoing = origin(libc, socket, route.to, route.from);
  const incoming = origin(libc, socket, route.from, route.to);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < DATAGRAMS; i++) {
      sent.bytes.fill(i + 1, sent.nextOffset, sent.nextOffset + lengthOf(i));
      sent.push(lengthOf(i), new Uint32Array(outgoing.buffer), 0);
    }
    check(route, "datagrams refused", [sent.flush(socket.descriptor)], [0]);
    const count = received.receive(socket.descriptor, MSG_WAITFORONE);
    check(route, "datagrams received", [count], [DATAGRAMS]);
    for (let i = 0; i < DATAGRAMS; i++) checkDatagram(route, received, i, socket, incoming);
    received.reset(DATAGRAMS);
  }
}

function checkDatagram(
  route: Route,
  received: ReceiveBatch,
  i: number,
  { family }: DatagramSocket,
  expected: Uint8Array,
): void {
  const { bytes, originBytes, strideBytes } = received;
  const isWhole = !received.isTruncated(i) && received.length(i) === lengthOf(i);
  check(route, "a whole datagram", [isWhole ? 1 : 0], [1]);
  const payload = bytes.slice(i * strideBytes, i * strideBytes + lengthOf(i));
  check(route, "bytes", payload, new Uint8Array(lengthOf(i)).fill(i + 1));
  const found = originBytes.slice(i * ORIGIN_BYTES, (i + 1) * ORIGIN_BYTES);
  // Which interface it was is the kernel's to say.
  const { interfaceOffset } = pktinfo(family);
  const at = ORIGIN_CONTROL_WORD * 4 + interfaceOffset;
  found.fill(0, at, at + 4);
  // in_pktinfo names the address twice: as ours, and as in the datagram's header.
  if (family === AF_INET) found.fill(0, at + 8, at + 12);
  check(route, "addresses", found, expected);
}

/** Where something comes from, or goes, as in message-batch: `remote` with our port, `local` is ours. */
function origin(
  libc: Libc,
  { family, local: { port } }: DatagramSocket,
  remote: string,
  local: string,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ORIGIN_BYTES);
  bytes.set(socketAddress(libc, family, { host: remote, port }));
  const isIPv4 = family === AF_INET;
  const control = ORIGIN_CONTROL_WORD * 4;
  const { addressOffset, length } = pktinfo(family);
  const header = new Uint32Array(bytes.buffer, control, 4);
  header[0] = length;
  header[2] = isIPv4 ? IPPROTO_IP : IPPROTO_IPV6;
  header[3] = isIPv4 ? IP_PKTINFO : IPV6_PKTINFO;
  const own = socketAddress(libc, family, { host: local, port });
  bytes.set(addressOf(own), control + addressOffset);
  return bytes;
}

function pktinfo(family: number): typeof PKTINFO_IN | typeof PKTINFO_IN6 {
  return family === AF_INET ? PKTINFO_IN : PKTINFO_IN6;
}

function lengthOf(i: number): number {
  return 20 + i;
}

function check(
  { to }: Route,
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  const [foundText, expectedText] = [Array.from(found).join(), Array.from(expected).join()];
  if (foundText === expectedText) return;
  throw new HermodError(
    "LIBC_UNAVAILABLE",
    `the kernel's datagrams are not as expected: over ${to}, ${what}: ${foundText}, not ${expectedText}`,
  );
}
