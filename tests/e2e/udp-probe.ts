// A client over UDP that asks the same question again and again while something else goes on, and
// knows which of its queries were not answered.

import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import * as dnsPacket from "dns-packet";

const INTERVAL_MS = 5;
/** How long the last responses may take. */
const PATIENCE_MS = 5000;

export class UdpProbe {
  private readonly socket: Socket = createSocket("udp4");
  private readonly timer: NodeJS.Timeout;
  private readonly unanswered: Set<number> = new Set();
  private asked = 0;

  constructor(port: number, name: string) {
    const questions = [{ name, type: "A" }] as const;
    this.socket.on("message", (message) => this.unanswered.delete(message.readUInt16BE(0)));
    this.timer = setInterval(() => {
      const id = ++this.asked & 0xffff;
      this.unanswered.add(id);
      const query = dnsPacket.encode({
        type: "query",
        id,
        flags: 0x100,
        questions: [...questions],
      });
      this.socket.send(query, port, "127.0.0.1");
    }, INTERVAL_MS);
  }

  /** Stops asking, and fails unless every query was answered. */
  async assertAllAnswered(): Promise<void> {
    clearInterval(this.timer);
    const end = Date.now() + PATIENCE_MS;
    while (this.unanswered.size > 0 && Date.now() < end) await delay(10);
    this.socket.close();
    assert.ok(this.asked > 0);
    assert.equal(this.unanswered.size, 0, `of ${this.asked} queries over UDP`);
  }
}
