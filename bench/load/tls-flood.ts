// What a flood over TLS does to clients over UDP: their latency without it and with it, in turn, and the
// ratio; Unbound under the same flood beside it. The flood: 4 connections, each with 500 queries for one
// cached name on their way, as fast as they are answered.
// Usage: bun bench/load/tls-flood.ts [ROUNDS]

import { connect } from "node:tls";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { Child } from "../../tests/e2e/child-process.ts";
import { framedQuery } from "../../tests/e2e/tls-client.ts";
import { hitName } from "../peers/question-files.ts";
import type { RunningServer } from "../peers/running-server.ts";
import type { ProbeOutcome } from "./probe/ask-steadily.ts";
import { describeOutcome, runProbe, runtimeCommand } from "./probe/run-probe.ts";
import { describeRatios, sideBySide } from "./side-by-side.ts";

const SECONDS = 4;
const RATE = 1000;
const CONNECTIONS = 4;
const FRAMES = 500;
const SETTLE_MS = 1000;
const RECONNECT_MS = 50;

/** Runs in a process of its own; tells when it is stopped how many bytes it was sent. */
function flood(port: number): void {
  const frames = Buffer.concat(Array<Buffer>(FRAMES).fill(framedQuery(hitName(0))));
  let heardBytes = 0;
  const open = (): void => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    let unread = 0;
    const send = (): void => {
      // Responses are longer than queries: the next burst leaves before the last one is all back.
      unread += frames.length;
      socket.write(frames);
    };
    socket.on("secureConnect", send);
    socket.on("data", (bytes: Buffer) => {
      heardBytes += bytes.length;
      unread -= bytes.length;
      if (unread <= 0) send();
    });
    socket.on("error", () => {});
    socket.on("close", () => setTimeout(open, RECONNECT_MS));
  };
  for (let i = 0; i < CONNECTIONS; i++) open();
  process.once("SIGTERM", () => {
    console.log(heardBytes);
    process.exit(0);
  });
}

async function compare({ place }: RunningServer): Promise<void> {
  const probe = { port: place.dnsPort, rate: RATE, seconds: SECONDS, names: [hitName(0)] };
  await runProbe(probe); // warms both up
  const outcomes: [ProbeOutcome, ProbeOutcome][] = [];
  for (let round = 0; round < rounds; round++) {
    const quiet = await runProbe(probe);
    const [program, ...parameters] = runtimeCommand() as [string, ...string[]];
    const flooding = new Child(program, [
      ...parameters,
      import.meta.filename,
      "flood",
      String(place.dotPort),
    ]);
    await delay(SETTLE_MS);
    const loud = await runProbe(probe);
    flooding.signal("SIGTERM");
    await flooding.exited;
    outcomes.push([quiet, loud]);
    console.log(`  without: ${describeOutcome(quiet)}`);
    console.log(`  with:    ${describeOutcome(loud)}; ${megabytes(flooding)} MB over TLS`);
  }
  console.log(describeRatios(outcomes));
}

function megabytes({ stdout }: Child): string {
  return (Number(stdout) / 1e6).toFixed(0);
}

const [first = "3", floodPort] = process.argv.slice(2);
const rounds = Number(first);
if (first === "flood") flood(Number(floodPort));
else await sideBySide(compare, { forwardsOverTls: false });
