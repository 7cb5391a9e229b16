// The latency of a response that had to be fetched over TCP is that of both ways together.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { monotonicMs } from "../../../src/clock/monotonic.ts";
import { timers } from "../../../src/clock/timing-wheel.ts";
import type { Runtime, UdpHandler, UdpSocket } from "../../../src/runtime/contract.ts";
import { UdpUpstream } from "../../../src/upstream/udp-upstream.ts";
import { FLAG } from "../../../src/wire/constants.ts";
import { eventually } from "../../contract/runtime/recorded-stream.ts";
import { CountingObserver, queryFor } from "../../faults/asking.ts";
import { connectIdly, type IdleStream, remote } from "./idle-stream.ts";

const SILENT_MS = 60;

/** Its responses say that they were cut off. */
class TruncatingSocket implements UdpSocket {
  readonly local = remote;
  private readonly handler: UdpHandler;

  constructor(handler: UdpHandler) {
    this.handler = handler;
  }

  send(bytes: Uint8Array): boolean {
    const response = bytes.slice();
    response[2]! |= (FLAG.QR | FLAG.TC) >> 8;
    void delay(SILENT_MS).then(() => {
      this.handler.datagram(this, response, remote.port, remote.host, false);
    });
    return true;
  }

  close(): void {}
}

test("a truncated response counts to the latency of the one over TCP", async () => {
  const streams: IdleStream[] = [];
  const runtime = {
    openUdp: (_options: unknown, handler: UdpHandler) =>
      Promise.resolve(new TruncatingSocket(handler)),
    connect: connectIdly(streams),
  } as unknown as Runtime;
  const observer = new CountingObserver();
  const upstream = new UdpUpstream({ url: "udp://u", remote, runtime, timers, observer });
  const askedMs = monotonicMs();
  const answered = new Promise<number>((resolve, reject) => {
    const responded = (_response: Uint8Array, latencyMs: number): void => resolve(latencyMs);
    upstream.ask(queryFor("long.example"), 10_000, { responded, failed: reject }, askedMs);
  });
  await eventually(() => streams[0]?.messages.length === 1, "asked again over TCP");
  const overTcpMs = monotonicMs();
  await delay(SILENT_MS);
  const leastMs = SILENT_MS / 2 + monotonicMs() - overTcpMs;
  streams[0]!.answer(0);
  const latencyMs = await answered;
  assert.ok(latencyMs >= leastMs, `${latencyMs}, not ${leastMs} at least`);
  assert.ok(latencyMs <= monotonicMs() - askedMs, String(latencyMs));
  assert.equal(observer.latenciesMs.length, 1);
  upstream.close();
});
