// Load over HTTP/2 by clients that do what RFC 9113 §6.8 lets them: requests that a GOAWAY leaves out
// they send again on a new connection. Any other end of a request is a lost one.

import { type ClientHttp2Session, connect } from "node:http2";

const CONNECTIONS = 4;
const IN_FLIGHT = 8;

export interface Http2LoadOptions {
  /** Of the requests, by POST. */
  readonly url: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM. */
  readonly ca: string;
}

export class Http2Load {
  answered = 0;
  /** Sent a second time, because a server that was about to go had not looked at them. */
  repeated = 0;
  /** Why requests and connections were lost. */
  readonly lost: string[] = [];
  private readonly options: Http2LoadOptions;
  private readonly loops: Promise<void[]>;
  private isStopping = false;

  constructor(options: Http2LoadOptions) {
    this.options = options;
    this.loops = Promise.all(Array.from({ length: CONNECTIONS }, () => this.loop()));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.loops;
  }

  /** One connection after the other, each for as long as it lasts. */
  private async loop(): Promise<void> {
    while (!this.isStopping) {
      const { ca, url } = this.options;
      const session = connect(new URL(url).origin, { ca });
      const connection = new Connection(session);
      await Promise.all(Array.from({ length: IN_FLIGHT }, () => this.ask(connection)));
      session.close();
    }
  }

  private async ask(connection: Connection): Promise<void> {
    while (!this.isStopping && !connection.isOver) {
      const end = await connection.post(this.options);
      if (end === "answered") this.answered++;
      else if (end === "left out") this.repeated++;
      else this.lost.push(end);
    }
  }
}

class Connection {
  isOver = false;
  private readonly session: ClientHttp2Session;
  private lastId = Number.MAX_SAFE_INTEGER;
  private fault = "";

  constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on("goaway", (_code, lastId: number) => {
      this.isOver = true;
      this.lastId = lastId;
    });
    session.on("error", (error) => {
      this.isOver = true;
      this.fault = error.message;
    });
    session.on("close", () => (this.isOver = true));
  }

  /** Resolves with how it went: "answered", "left out", or what went wrong. */
  post({ body, headers, url }: Http2LoadOptions): Promise<string> {
    return new Promise((resolve) => {
      const { pathname } = new URL(url);
      const stream = this.session.request({ ":method": "POST", ":path": pathname, ...headers });
      let status = 0;
      let problem = "";
      stream.on("response", (head) => (status = Number(head[":status"])));
      stream.on("error", (error) => (problem = error.message));
      stream.on("close", () => {
        const isWhole = status === 200 && problem === "" && stream.rstCode === 0;
        if (isWhole) return resolve("answered");
        // Deno's client ends such streams without an error, and does not tell of the GOAWAY.
        const isSilent = this.isOver && problem === "";
        const isLeftOut = status === 0 && (isSilent || (stream.id ?? Infinity) > this.lastId);
        resolve(isLeftOut ? "left out" : `status ${status} ${problem} ${this.fault}`);
      });
      stream.resume();
      stream.end(body);
    });
  }
}
