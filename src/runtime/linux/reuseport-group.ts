// The sockets that share a port, in the order in which the kernel numbers them, and the program that
// chooses among them. Whoever joins is numbered last; when one leaves, the last takes its number.
//
//   [a b c]  − a →  [c b]  + d →  [c b d]

import type { Endpoint } from "../contract.ts";
import type { Libc } from "../libc-contract.ts";
import type { PortKind, SharedPort } from "../shared-port.ts";
import { OwnSockets } from "./own-sockets.ts";
import { attachFilter, byQuicHeader, type SocketFilter, toSocket } from "./socket-filter.ts";

interface Member {
  readonly cookie: string;
  readonly descriptor: number;
  readonly listener: object;
}

export class ReuseportGroup implements SharedPort {
  private readonly libc: Libc;
  private readonly sockets: OwnSockets;
  /** By the kernel's number. */
  private readonly members: Member[] = [];
  private fresh: object | undefined;
  private known: object | undefined;

  constructor(libc: Libc, local: Endpoint, kind: PortKind) {
    this.libc = libc;
    this.sockets = new OwnSockets(libc, local, kind);
  }

  joined(listener: object): void {
    this.forgetGone();
    for (const [cookie, descriptor] of this.sockets.find()) {
      const isMember = this.members.some((member) => member.cookie === cookie);
      if (!isMember) this.members.push({ cookie, descriptor, listener });
    }
  }

  left(): void {
    this.attach();
  }

  has(listener: object): boolean {
    return this.members.some((member) => member.listener === listener && this.isThere(member));
  }

  steer(fresh: object, known: object = fresh): boolean {
    this.fresh = fresh;
    this.known = known;
    return this.attach();
  }

  /** Does as the kernel does with those that have gone. */
  private forgetGone(): void {
    const { members } = this;
    for (let i = 0; i < members.length;) {
      if (this.isThere(members[i]!)) i++;
      else {
        const last = members.pop()!;
        if (i < members.length) members[i] = last;
      }
    }
  }

  private isThere({ cookie, descriptor }: Member): boolean {
    return this.sockets.isStill(cookie, descriptor);
  }

  private attach(): boolean {
    this.forgetGone();
    const filter = this.filter();
    if (filter === undefined) return false;
    return attachFilter(this.libc, this.members[0]!.descriptor, filter);
  }

  private filter(): SocketFilter | undefined {
    const fresh = this.indexOf(this.fresh);
    const known = this.indexOf(this.known);
    if (fresh < 0) return undefined;
    return known < 0 || known === fresh ? toSocket(fresh) : byQuicHeader(fresh, known);
  }

  private indexOf(listener: object | undefined): number {
    return this.members.findIndex((member) => member.listener === listener);
  }
}
