// Load over DNS over TLS with a new connection for each query.

import { once } from "node:events";
import { connect } from "node:tls";

const CLIENTS = 4;

export interface DotLoadOptions {
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  /** With its length before it. */
  readonly query: Uint8Array;
}

export class DotLoad {
  answered = 0;
  /** Why queries were lost. */
  readonly lost: string[] = [];
  private readonly options: DotLoadOptions;
  private readonly loops: Promise<void[]>;
  private isStopping = false;

  constructor(options: DotLoadOptions) {
    this.options = options;
    this.loops = Promise.all(Array.from({ length: CLIENTS }, () => this.loop()));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.loops;
  }

  private async loop(): Promise<void> {
    while (!this.isStopping) {
      try {
        await this.ask();
        this.answered++;
      } catch (error) {
        this.lost.push(String(error));
      }
    }
  }

  private async ask(): Promise<void> {
    const { ca, port, query } = this.options;
    const socket = connect({ host: "127.0.0.1", port, ca, ALPNProtocols: ["dot"] });
    const closed = once(socket, "close").then(() => Promise.reject(new Error("closed")));
    closed.catch(() => {});
    await once(socket, "secureConnect");
    socket.write(query);
    await Promise.race([once(socket, "data"), closed]);
    socket.destroy();
  }
}
