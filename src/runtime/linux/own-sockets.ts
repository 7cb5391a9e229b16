// Which sockets of this process listen at an endpoint: runtimes do not tell their descriptors, the
// kernel does. A socket's cookie is its own for as long as the machine runs, its descriptor is not.

import { readdirSync } from "node:fs";
import type { Endpoint } from "../contract.ts";
import type { Libc } from "../libc-contract.ts";
import type { PortKind } from "../shared-port.ts";
import { socketAddress } from "./datagram-socket.ts";
import {
  AF_INET,
  AF_INET6,
  SO_ACCEPTCONN,
  SO_COOKIE,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOCKADDR_IN6_BYTES,
  SOL_SOCKET,
} from "./socket-constants.ts";

export class OwnSockets {
  private readonly libc: Libc;
  private readonly kind: PortKind;
  private readonly wanted: Uint8Array;
  private readonly name: Uint8Array<ArrayBuffer> = new Uint8Array(
    new ArrayBuffer(SOCKADDR_IN6_BYTES),
  );
  private readonly length: Uint32Array<ArrayBuffer> = new Uint32Array(new ArrayBuffer(4));
  private readonly value: Uint32Array<ArrayBuffer> = new Uint32Array(new ArrayBuffer(8));

  constructor(libc: Libc, local: Endpoint, kind: PortKind) {
    const family = local.host.includes(":") ? AF_INET6 : AF_INET;
    this.libc = libc;
    this.kind = kind;
    this.wanted = socketAddress(libc, family, local);
  }

  /**
   * Descriptors by cookie; valid until something closes them. None where /proc can't be read. Looks at
   * every descriptor of the process.
   */
  find(): Map<string, number> {
    const found = new Map<string, number>();
    for (const descriptor of ownDescriptors()) {
      if (this.isHere(descriptor)) found.set(this.cookie(descriptor), descriptor);
    }
    return found;
  }

  /** Whether the descriptor that was found for a cookie is still that socket's: cheaper than find(). */
  isStill(cookie: string, descriptor: number): boolean {
    return this.cookie(descriptor) === cookie;
  }

  private isHere(descriptor: number): boolean {
    const { length, libc, name, wanted } = this;
    length[0] = name.length;
    const to = libc.addressOf(name.buffer);
    if (libc.getsockname(descriptor, to, libc.addressOf(length.buffer)) < 0) return false;
    if (length[0] !== wanted.length || !wanted.every((byte, i) => byte === name[i])) return false;
    return this.kind === "tcp"
      ? this.option(descriptor, SO_TYPE) === SOCK_STREAM &&
          this.option(descriptor, SO_ACCEPTCONN) === 1
      : this.option(descriptor, SO_TYPE) === SOCK_DGRAM;
  }

  private cookie(descriptor: number): string {
    const low = this.option(descriptor, SO_COOKIE);
    return `${this.value[1]!}:${low}`;
  }

  /** The value's lower word; the higher is in `value`. */
  private option(descriptor: number, option: number): number {
    const { length, libc, value } = this;
    length[0] = value.byteLength;
    const [to, size] = [libc.addressOf(value.buffer), libc.addressOf(length.buffer)];
    return libc.getsockopt(descriptor, SOL_SOCKET, option, to, size) < 0 ? -1 : value[0]!;
  }
}

function ownDescriptors(): number[] {
  try {
    return readdirSync("/proc/self/fd").map(Number);
  } catch {
    return [];
  }
}
