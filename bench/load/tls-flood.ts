// What a flood over TLS does to clients over UDP: the 99th percentile of their latency without it and
// with it. The flood: 4 connections that send the smallest messages as fast as they are answered.

import { createSocket } from "node:dgram";
import { connect } from "node:tls";
import process from "node:process";
import * as dnsPacket from "dns-packet";
import { Child } from "../../tests/e2e/child-process.ts";
import { startHermod } from "./hermod-under-load.ts";

const SECONDS = 4;
const INTERVAL_MS = 1;
const CONNECTIONS = 4;
const FRAMES = 500;

/** Runs in a process of its own until it is stopped. */
function flood(port: number): void {
  // A header alone, as the length before it says: a format error.
  const frame = [0, 12, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const frames = Buffer.from(Array.from({ length: FRAMES }, () => frame).flat());
  for (let i = 0; i < CONNECTIONS; i++) {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    let unread = 0;
    const send = (): void => {
      unread += frames.length;
      socket.write(frames);
    };
    socket.on("secureConnect", send);
    socket.on("data", (bytes: Buffer) => {
      unread -= bytes.length;
      if (unread <= 0) send();
    });
    socket.on("error", () => {});
  }
}

interface Latency {
  readonly asked: number;
  readonly answered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function measureUdp(port: number): Promise<Latency> {
  const socket = createSocket("udp4");
  const sentMs = new Map<number, number>();
  const latencies: number[] = [];
  socket.on("message", (message) => {
    latencies.push(performance.now() - sentMs.get(message.readUInt16BE(0))!);
  });
  const questions = [{ name: "localhost", type: "A" }] as const;
  const query = dnsPacket.encode({ type: "query", flags: 0x100, questions: [...questions] });
  const end = performance.now() + 1000 * SECONDS;
  let asked = 0;
  while (performance.now() < end) {
    query.writeUInt16BE(asked, 0);
    sentMs.set(asked++, performance.now());
    socket.send(Buffer.from(query), port, "127.0.0.1");
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  socket.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN;
  return { asked, answered: latencies.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function compare(): Promise<void> {
  const { hermod } = await startHermod(100);
  await measureUdp(hermod.dnsPort); // warms both up
  const quiet = await measureUdp(hermod.dnsPort);
  const flooding = new Child(process.execPath, [import.meta.filename, String(hermod.dotPort)]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const loud = await measureUdp(hermod.dnsPort);
  await flooding.kill();
  const queries = await hermod.metric("hermod_queries_total", 'transport="dot"');
  for (const [name, latency] of Object.entries({ quiet, loud })) {
    const { answered, asked, p50Ms, p99Ms } = latency;
    const figures = `p50 ${p50Ms.toFixed(3)} ms, p99 ${p99Ms.toFixed(3)} ms`;
    console.log(`${name}: ${answered} of ${asked} answered, ${figures}`);
  }
  const ratio = (loud.p99Ms / quiet.p99Ms).toFixed(2);
  console.log(`p99 with the flood (${queries} messages over TLS): ${ratio} × that without`);
  await hermod.stop();
}

const floodPort = process.argv[2];
if (floodPort === undefined) await compare();
else flood(Number(floodPort));
