// How many queries of one client wait at once. A fixed table of counts, indexed by a keyed hash of
// the client's address (IPv4 whole, IPv6 by its /64, which one host can fill): bounded memory, and
// two clients that share a cell share its bound.

const CELLS = 4096;

export class ClientQuota {
  private readonly counts: Int32Array = new Int32Array(CELLS);
  private readonly limit: number;
  private readonly secret: number;

  constructor(limit: number, secret: number) {
    this.limit = limit;
    this.secret = secret | 1;
  }

  /** The client's cell, now counting one more; -1 when it is full. */
  take(address: Uint32Array): number {
    const isIPv4 = address[0] === 0 && address[1] === 0;
    const high = isIPv4 ? address[2]! : address[0]!;
    const low = isIPv4 ? address[3]! : address[1]!;
    const mixed = Math.imul(Math.imul(high ^ this.secret, 0x9e3779b1) ^ low, 0x85ebca6b);
    const cell = (mixed ^ (mixed >>> 15)) & (CELLS - 1);
    if (this.counts[cell]! >= this.limit) return -1;
    this.counts[cell]!++;
    return cell;
  }

  give(cell: number): void {
    this.counts[cell]!--;
  }
}
