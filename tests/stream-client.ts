// One client's connection over TCP, which cuts what it receives into messages and remembers them.

import { connect, type Socket } from "node:net";
import * as dnsPacket from "dns-packet";
import { eventually } from "./contract/runtime/recorded-stream.ts";
import { queryFor } from "./udp-answering.ts";

export class StreamClient {
  isClosed = false;
  readonly heard: dnsPacket.DecodedPacket[] = [];
  private readonly socket: Socket;
  private received: Buffer = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port });
    this.socket.on("error", () => {});
    this.socket.on("close", () => (this.isClosed = true));
    this.socket.on("data", (bytes: Buffer) => this.take(bytes));
  }

  send(name: string, id: number): void {
    const message = queryFor(name, { id });
    this.socket.write(Buffer.concat([Buffer.of(0, message.length), message]));
  }

  /** Resolves with the response, as soon as it is there. */
  async ask(name: string, id: number): Promise<dnsPacket.DecodedPacket> {
    this.send(name, id);
    const found = (): dnsPacket.DecodedPacket | undefined =>
      this.heard.find((packet) => packet.id === id);
    await eventually(() => found() !== undefined, `the response for ${name}`);
    return found()!;
  }

  close(): void {
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    while (this.received.length >= 2) {
      const end = 2 + this.received.readUInt16BE(0);
      if (this.received.length < end) return;
      this.heard.push(dnsPacket.decode(this.received.subarray(2, end)));
      this.received = this.received.subarray(end);
    }
  }
}
