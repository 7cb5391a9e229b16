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
  private paused = false;
  /** Connections that are open now. */
  live = 0;

  constructor(limit: number, limitPerClient: number) {
    this.limit = limit;
    this.limitPerClient = limitPerClient;
  }

  add(acceptor: Acceptor): void {
    this.acceptors.push(acceptor);
  }

  /** False when this client has too many already: the connection is to be closed. */
  take(address: string): boolean {
    const count = this.perClient.get(address) ?? 0;
    if (count >= this.limitPerClient) return false;
    this.perClient.set(address, count + 1);
    this.live++;
    if (this.live >= this.limit && !this.paused) this.setPaused(true);
    return true;
  }

  give(address: string): void {
    const count = this.perClient.get(address)!;
    if (count === 1) this.perClient.delete(address);
    else this.perClient.set(address, count - 1);
    this.live--;
    if (this.paused && this.live <= this.limit * RESUME_SHARE) this.setPaused(false);
  }

  private setPaused(paused: boolean): void {
    this.paused = paused;
    for (const acceptor of this.acceptors) {
      if (paused) acceptor.pause();
      else acceptor.resume();
    }
  }
}
