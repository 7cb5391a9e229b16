// How many stream connections there may be, in all and from one client. At the limit the listeners
// stop accepting, and start again when a quarter is free: a runtime that can't pause accepting would
// otherwise spin once the process is out of descriptors.

/** Something that accepts connections and can leave off for a while. */
export interface Acceptor {
  pause(): void;
  resume(): void;
}

const RESUME_SHARE = 0.75;

export class ConnectionLimit {
  private readonly limit: number;
  private readonly limitPerClient: number;
  private readonly perClient: Map<string, number> = new Map();
  private readonly acceptors: Acceptor[] = [];
  private readonly cell: Int32Array;
  private paused = false;

  /** `cell`: where other threads can read how many are open; one word. */
  constructor(limit: number, limitPerClient: number, cell: Int32Array = new Int32Array(1)) {
    this.limit = limit;
    this.limitPerClient = limitPerClient;
    this.cell = cell;
  }

  /** Connections that are open now. */
  get live(): number {
    return this.cell[0]!;
  }

  add(acceptor: Acceptor): void {
    this.acceptors.push(acceptor);
  }

  opened(): void {
    this.cell[0]!++;
    if (this.live >= this.limit && !this.paused) this.setPaused(true);
  }

  closed(): void {
    this.cell[0]!--;
    if (this.paused && this.live <= this.limit * RESUME_SHARE) this.setPaused(false);
  }

  /** Counts one more for a client; false when it has too many: the connection is to be closed. */
  takeClient(client: string): boolean {
    const count = this.perClient.get(client) ?? 0;
    if (count >= this.limitPerClient) return false;
    this.perClient.set(client, count + 1);
    return true;
  }

  giveClient(client: string): void {
    const count = this.perClient.get(client)!;
    if (count === 1) this.perClient.delete(client);
    else this.perClient.set(client, count - 1);
  }

  private setPaused(paused: boolean): void {
    this.paused = paused;
    for (const acceptor of this.acceptors) {
      if (paused) acceptor.pause();
      else acceptor.resume();
    }
  }
}

/** Who counts as one client: an IPv4 address, or an IPv6 /64, which one host can fill. */
export function clientOf(address: Uint32Array): string {
  const isIPv4 = address[0] === 0 && address[1] === 0;
  return isIPv4 ? `${address[2]}:${address[3]}` : `${address[0]}:${address[1]}`;
}
