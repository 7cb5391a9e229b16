// Load over HTTP/1.1 by clients that give no connection a second chance: a request that does not get
// its response is lost. One that was answered `Connection: close` goes on with another connection.

import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";

const CONNECTIONS = 4;

export interface Http1LoadOptions {
  /** Of the requests, by GET. */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** A new connection for each request. */
  readonly isAnew?: boolean;
}

export class Http1Load {
  answered = 0;
  /** Connections begun. */
  connections = 0;
  /** Why requests were lost. */
  readonly lost: string[] = [];
  private readonly options: Http1LoadOptions;
  private readonly loops: Promise<void[]>;
  private isStopping = false;

  constructor(options: Http1LoadOptions) {
    this.options = options;
    this.loops = Promise.all(Array.from({ length: CONNECTIONS }, () => this.loop()));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.loops;
  }

  private async loop(): Promise<void> {
    let socket: TLSSocket | undefined;
    while (!this.isStopping) {
      try {
        socket ??= await this.connect();
        const isLast = await this.get(socket);
        this.answered++;
        if (!isLast && this.options.isAnew !== true) continue;
      } catch (error) {
        this.lost.push(String(error));
      }
      socket?.destroy();
      socket = undefined;
    }
    socket?.destroy();
  }

  private async connect(): Promise<TLSSocket> {
    const { ca, url } = this.options;
    const { hostname, port } = new URL(url);
    this.connections++;
    const socket = connect({ host: hostname, port: Number(port), ca });
    await once(socket, "secureConnect");
    return socket;
  }

  /** Resolves when the response has come: whether it is the last of its connection. */
  private get(socket: TLSSocket): Promise<boolean> {
    const { host, pathname, search } = new URL(this.options.url);
    socket.removeAllListeners();
    return new Promise((resolve, reject) => {
      let received = "";
      socket.on("error", reject);
      socket.on("close", () => reject(new Error(`closed after "${received}"`)));
      socket.on("data", (bytes: Buffer) => {
        received += bytes.toString("latin1");
        const head = /^HTTP\/1\.1 (\d+) [^]*?\r\n\r\n/.exec(received);
        if (head === null) return;
        const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head[0])?.[1] ?? NaN);
        if (received.length < head[0].length + length) return;
        if (head[1] === "200") resolve(/\r\nconnection: *close\r\n/i.test(head[0]));
        else reject(new Error(head[0]));
      });
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
  }
}
