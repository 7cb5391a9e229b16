// Data plane: no allocation after start.
// Who may ask: a list of networks. An open resolver is a weapon for others, so that by default only
// loopback and private addresses are served. IPv4 networks are held IPv4-mapped.

export interface Network {
  /** 16 bytes, IPv4 as ::ffff:a.b.c.d. */
  readonly bytes: Uint8Array;
  /** 0–128, over the 16 bytes. */
  readonly prefixLength: number;
}

const WORDS = 4;

export class AccessList {
  /** For each network four words of address and four of mask. */
  private readonly rows: Uint32Array;
  private readonly count: number;

  constructor(networks: readonly Network[]) {
    this.count = networks.length;
    this.rows = new Uint32Array(networks.length * 2 * WORDS);
    networks.forEach((network, i) => this.setRow(i, network));
  }

  private setRow(i: number, { bytes, prefixLength }: Network): void {
    for (let w = 0; w < WORDS; w++) {
      const bits = Math.min(32, Math.max(0, prefixLength - 32 * w));
      const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
      const at = 4 * w;
      const word =
        ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>>
        0;
      this.rows[i * 2 * WORDS + w] = (word & mask) >>> 0;
      this.rows[i * 2 * WORDS + WORDS + w] = mask;
    }
  }

  allows(address: Uint32Array): boolean {
    const rows = this.rows;
    for (let i = 0, at = 0; i < this.count; i++, at += 2 * WORDS) {
      const differs =
        ((address[0]! & rows[at + 4]!) ^ rows[at]!) |
        ((address[1]! & rows[at + 5]!) ^ rows[at + 1]!) |
        ((address[2]! & rows[at + 6]!) ^ rows[at + 2]!) |
        ((address[3]! & rows[at + 7]!) ^ rows[at + 3]!);
      if (differs === 0) return true;
    }
    return false;
  }
}
