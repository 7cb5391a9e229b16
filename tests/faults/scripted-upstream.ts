// Upstreams whose every answer the test decides, over TCP, TLS and UDP. They run in this process and
// do nothing by themselves: a script is called with each query as it comes.

import { Buffer } from "node:buffer";
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import * as tls from "node:tls";
import * as dnsPacket from "dns-packet";
import { encode } from "../scripted-group.ts";

const LOOPBACK = "127.0.0.1";

/** One query that arrived. */
export interface Asked {
  /** The message, without a length before it. */
  readonly bytes: Buffer;
  readonly id: number;
  readonly name: string;
  /** Which of the connections it came on, from 0; over UDP the source port. */
  readonly from: number;
  /** Sends a message as it is; over a stream with its length before it. */
  send(message: Uint8Array): void;
  /** Responds with an address unless `packet` says otherwise. */
  respond(packet?: Record<string, unknown>): void;
}

export type Script = (asked: Asked, index: number) => void;

/** A response with an address to the query, or what `packet` makes of it. */
export function responseTo(query: Buffer, packet: Record<string, unknown> = {}): Uint8Array {
  const { id, questions = [] } = dnsPacket.decode(query);
  const answers = [{ type: "A", name: questions[0]!.name, ttl: 300, data: "192.0.2.1" }];
  return encode({ id, questions, answers, ...packet });
}

/** `message` with its length before it (RFC 1035 §4.2.2). */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
}

function askedOf(bytes: Buffer, from: number, send: (message: Uint8Array) => void): Asked {
  const { id = 0, questions = [] } = dnsPacket.decode(bytes);
  const respond = (packet?: Record<string, unknown>): void => send(responseTo(bytes, packet));
  return { bytes, id, name: questions[0]?.name ?? "", from, send, respond };
}

export interface ScriptedStreamOptions {
  /** Serves TLS with it. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly port?: number;
}

/** Over TCP or TLS. */
export class ScriptedStream {
  readonly asked: Asked[] = [];
  /** Every connection that was ever accepted. */
  readonly connections: Socket[] = [];
  /** Chunks that arrived, on all connections. */
  chunks = 0;
  private readonly server: Server;
  private readonly script: Script;

  private constructor(script: Script, options: ScriptedStreamOptions) {
    this.script = script;
    const accept = (socket: Socket): void => this.accept(socket);
    const { certificate: cert, key } = options.tls ?? {};
    this.server =
      options.tls === undefined
        ? createServer(accept)
        : tls.createServer({ cert, key, ALPNProtocols: ["dot"] } as tls.TlsOptions, accept);
    this.server.on("tlsClientError", () => {});
  }

  static async start(script: Script, options: ScriptedStreamOptions = {}): Promise<ScriptedStream> {
    const upstream = new ScriptedStream(script, options);
    upstream.server.listen(options.port ?? 0, LOOPBACK);
    await once(upstream.server, "listening");
    return upstream;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resets every connection, as a process does that is killed. */
  killConnections(): void {
    for (const socket of this.connections) socket.resetAndDestroy();
  }

  /** Kills the connections and listens no more. */
  kill(): void {
    this.server.close();
    this.killConnections();
  }

  private accept(socket: Socket): void {
    const from = this.connections.push(socket) - 1;
    let waiting = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      this.chunks++;
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const end = 2 + waiting.readUInt16BE(0);
        this.take(Buffer.from(waiting.subarray(2, end)), from, socket);
        waiting = waiting.subarray(end);
      }
    });
  }

  private take(bytes: Buffer, from: number, socket: Socket): void {
    const asked = askedOf(bytes, from, (message) => void socket.write(framed(message)));
    const index = this.asked.push(asked) - 1;
    this.script(asked, index);
  }
}

/** Over UDP. */
export class ScriptedDatagrams {
  readonly asked: Asked[] = [];
  readonly socket: DatagramSocket = createSocket("udp4");

  private constructor(script: Script) {
    this.socket.on("message", (bytes, { port, address }) => {
      const asked = askedOf(bytes, port, (message) => this.socket.send(message, port, address));
      const index = this.asked.push(asked) - 1;
      script(asked, index);
    });
  }

  static async start(script: Script, port = 0): Promise<ScriptedDatagrams> {
    const upstream = new ScriptedDatagrams(script);
    upstream.socket.bind(port, LOOPBACK);
    await once(upstream.socket, "listening");
    return upstream;
  }

  get port(): number {
    return this.socket.address().port;
  }

  close(): void {
    this.socket.close();
  }
}
