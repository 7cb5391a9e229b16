// Programs of the classic BPF that choose a socket among those that share a port (SO_REUSEPORT), by its
// index in the kernel's group. An index that is not there leaves the choice to the kernel's hash.

import type { Libc } from "../libc-contract.ts";
import { SO_ATTACH_REUSEPORT_CBPF, SOL_SOCKET } from "./socket-constants.ts";

/** struct sock_filter: code (16 bits), jump if true, jump if false (8 bits each), operand (32 bits). */
const INSTRUCTION_BYTES = 8;
/** struct sock_fprog: number of instructions (16 bits), padding, address (64 bits). */
const PROGRAM_BYTES = 16;

const LOAD_BYTE = 0x30;
const JUMP_IF_SET = 0x45;
const RETURN = 0x06;

/** First byte of a QUIC packet: set in those that set a connection up (RFC 9000 §17). */
const LONG_HEADER = 0x80;

export type SocketFilter = Uint8Array<ArrayBuffer>;

/** Everything goes to one socket. */
export function toSocket(index: number): SocketFilter {
  return program([[RETURN, 0, 0, index]]);
}

/** QUIC handshakes go to one socket, what belongs to connections to another. */
export function byQuicHeader(handshakeIndex: number, connectionIndex: number): SocketFilter {
  return program([
    [LOAD_BYTE, 0, 0, 0],
    [JUMP_IF_SET, 0, 1, LONG_HEADER],
    [RETURN, 0, 0, handshakeIndex],
    [RETURN, 0, 0, connectionIndex],
  ]);
}

/** For the whole group that the socket is in, in place of what was there. False when it is refused. */
export function attachFilter(libc: Libc, descriptor: number, filter: SocketFilter): boolean {
  const buffer = new ArrayBuffer(PROGRAM_BYTES);
  const view = new DataView(buffer);
  view.setUint16(0, filter.length / INSTRUCTION_BYTES, true);
  view.setBigUint64(8, BigInt(libc.addressOf(filter.buffer)), true);
  const address = libc.addressOf(buffer);
  const option = SO_ATTACH_REUSEPORT_CBPF;
  return libc.setsockopt(descriptor, SOL_SOCKET, option, address, PROGRAM_BYTES) === 0;
}

function program(
  instructions: readonly (readonly [number, number, number, number])[],
): SocketFilter {
  const bytes = new Uint8Array(new ArrayBuffer(instructions.length * INSTRUCTION_BYTES));
  const view = new DataView(bytes.buffer);
  instructions.forEach(([code, ifTrue, ifFalse, operand], i) => {
    const at = i * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    bytes[at + 2] = ifTrue;
    bytes[at + 3] = ifFalse;
    view.setUint32(at + 4, operand, true);
  });
  return bytes;
}
