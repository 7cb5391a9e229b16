// A C library and a kernel that the test writes the script for: what arrives, and what becomes of each
// datagram that is sent. Structures are read and written through the addresses in them, as the kernel
// does it.

import type { Libc } from "../../../src/runtime/libc-contract.ts";
import { EAGAIN, MSG_TRUNC } from "../../../src/runtime/linux/socket-constants.ts";

const HEADER_BYTES = 64;
/** Of struct mmsghdr. */
const NAME = 0;
const NAME_LENGTH = 8;
const IOV = 16;
const CONTROL = 32;
const CONTROL_LENGTH = 40;
const FLAGS = 48;
const LENGTH = 56;
/** Buffers lie this far from each other, so that every address has more than 32 bits. */
const SPACING = 2 ** 33;

export interface ScriptedDatagram {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
  readonly name: Uint8Array;
  readonly control: Uint8Array;
}

export class ScriptedLibc implements Libc {
  /** What recvmmsg delivers, one entry a call: datagrams, or the number of an error. */
  readonly arrivals: (readonly Partial<ScriptedDatagram>[] | number)[] = [];
  readonly sent: ScriptedDatagram[] = [];
  /** Errors that sendmmsg meets, by the number of the attempt. */
  readonly sendErrors: Map<number, number> = new Map();
  /** Called before each receive. */
  onReceive: (descriptor: number, flags: number) => void = () => {};
  onClock: () => void = () => {};
  /** Called when nothing is left to arrive. */
  onIdle: () => void = () => {};
  readonly polls: number[] = [];
  yields = 0;
  private readonly buffers: ArrayBuffer[] = [];
  private attempts = 0;
  private error = 0;

  addressOf(buffer: ArrayBuffer): number {
    if (!this.buffers.includes(buffer)) this.buffers.push(buffer);
    return (this.buffers.indexOf(buffer) + 1) * SPACING;
  }

  errno(): number {
    return this.error;
  }

  recvmmsg(descriptor: number, vector: number, count: number, flags: number): number {
    this.onReceive(descriptor, flags);
    const batch = this.arrivals.shift();
    if (batch === undefined) this.onIdle();
    if (typeof batch !== "object") return this.fail(batch ?? EAGAIN);
    const arrived = batch.slice(0, count);
    arrived.forEach((datagram, i) => this.deliver(vector + i * HEADER_BYTES, datagram));
    return arrived.length;
  }

  sendmmsg(descriptor: number, vector: number, count: number): number {
    for (let i = 0; i < count; i++) {
      const error = this.sendErrors.get(this.attempts++);
      if (error !== undefined && i === 0) return this.fail(error);
      if (error !== undefined) {
        // As the kernel does: the error shows when what fails comes first.
        this.attempts--;
        return i;
      }
      const header = this.view(vector + i * HEADER_BYTES);
      this.sent.push({
        descriptor,
        bytes: this.payload(this.view(this.pointer(header, IOV))),
        name: this.bytesAt(this.pointer(header, NAME), header.getUint32(NAME_LENGTH, true)),
        control: this.bytesAt(
          this.pointer(header, CONTROL),
          header.getUint32(CONTROL_LENGTH, true),
        ),
      });
    }
    return count;
  }

  /** Every descriptor is ready; the wait counts. */
  poll(descriptors: number, count: number, timeoutMs: number): number {
    this.polls.push(timeoutMs);
    for (let i = 0; i < count; i++) {
      const view = this.view(descriptors + i * 8);
      view.setUint16(6, view.getUint16(4, true), true);
    }
    return count;
  }

  clock_gettime(_clock: number, timespec: number): number {
    this.onClock();
    const view = this.view(timespec);
    view.setUint32(0, 5000, true);
    view.setUint32(8, 0, true);
    return 0;
  }

  sched_yield(): number {
    this.yields++;
    return 0;
  }

  socket = (): number => 0;
  bind = (): number => 0;
  setsockopt = (): number => 0;
  getsockopt = (): number => 0;
  getsockname = (): number => 0;
  close = (): number => 0;
  inet_pton = (): number => 0;
  syscall = (): number => -1;

  private fail(error: number): number {
    this.error = error;
    return -1;
  }

  private deliver(address: number, { bytes, name, control }: Partial<ScriptedDatagram>): void {
    const header = this.view(address);
    const payload = bytes ?? new Uint8Array(0);
    const iovec = this.view(this.pointer(header, IOV));
    const length = Math.min(payload.length, iovec.getUint32(8, true));
    this.write(this.pointer(iovec, 0), payload.slice(0, length));
    this.write(this.pointer(header, NAME), name ?? new Uint8Array(0));
    header.setUint32(NAME_LENGTH, name?.length ?? 0, true);
    if (control !== undefined) this.write(this.pointer(header, CONTROL), control);
    header.setUint32(CONTROL_LENGTH, control?.length ?? 0, true);
    header.setUint32(FLAGS, length < payload.length ? MSG_TRUNC : 0, true);
    header.setUint32(LENGTH, length, true);
  }

  private view(address: number): DataView {
    const buffer = this.buffers[Math.floor(address / SPACING) - 1]!;
    return new DataView(buffer, address % SPACING);
  }

  private pointer(view: DataView, offset: number): number {
    return Number(view.getBigUint64(offset, true));
  }

  private payload(iovec: DataView): Uint8Array {
    return this.bytesAt(this.pointer(iovec, 0), iovec.getUint32(8, true));
  }

  private bytesAt(address: number, length: number): Uint8Array {
    if (address === 0) return new Uint8Array(0);
    const { buffer, byteOffset } = this.view(address);
    return new Uint8Array(buffer, byteOffset, length).slice();
  }

  private write(address: number, bytes: Uint8Array): void {
    const { buffer, byteOffset } = this.view(address);
    new Uint8Array(buffer, byteOffset).set(bytes);
  }
}
