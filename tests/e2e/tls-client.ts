// Bare TLS and TCP connections to Hermod that misbehave as a test wants, and count what comes back.

import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import * as dnsPacket from "dns-packet";

export interface ClientOptions {
  readonly port: number;
  /** Without it nothing of TLS is spoken. */
  readonly ca?: string;
  /** By default 127.0.0.1. */
  readonly localAddress?: string;
}

export class BareClient {
  readonly socket: Socket;
  isOpen = false;
  isClosed = false;
  /** Whole messages that came, each with its length before it. */
  messages = 0;
  private received: Buffer = Buffer.alloc(0);

  constructor({ port, ca, localAddress = "127.0.0.1" }: ClientOptions) {
    const at = { host: "127.0.0.1", port, localAddress };
    this.socket =
      ca === undefined ? connectTcp(at) : connectTls({ ...at, ca, ALPNProtocols: ["dot"] });
    this.socket.on(ca === undefined ? "connect" : "secureConnect", () => (this.isOpen = true));
    this.socket.on("data", (bytes: Buffer) => this.count(bytes));
    for (const event of ["error", "end", "close"]) {
      this.socket.on(event, () => (this.isClosed = true));
    }
  }

  private count(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    let start = 0;
    while (this.received.length >= start + 2) {
      const end = start + 2 + this.received.readUInt16BE(start);
      if (this.received.length < end) break;
      this.messages++;
      start = end;
    }
    this.received = this.received.subarray(start);
  }
}

/** Resolves when `condition` holds; false when it does not within the time. */
export async function within(timeoutMs: number, condition: () => boolean): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) return false;
    await delay(10);
  }
  return true;
}

/** Resolves with clients that are connected, or closed again. */
export async function openClients(count: number, options: ClientOptions): Promise<BareClient[]> {
  const clients = Array.from({ length: count }, () => new BareClient(options));
  await within(20_000, () => clients.every(({ isClosed, isOpen }) => isOpen || isClosed));
  return clients;
}

/** A query as DNS over TLS has it: its length before it. */
export function framedQuery(name: string): Buffer {
  return dnsPacket.streamEncode({
    ...{ type: "query", id: 1, flags: 0x100 },
    questions: [{ name, type: "A" }],
  });
}
