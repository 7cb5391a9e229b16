// A program of its own, because the anchors that a runtime trusts over HTTP/3 come from its
// environment: fetches the URL given on one connection until SIGTERM, then prints how many
// responses were as they should be and why others were not.

import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";

const IN_FLIGHT = 8;
const PAUSE_MS = 1;
const PATIENCE_MS = 5000;

const url = process.argv[2]!;
let isStopping = false;
process.once("SIGTERM", () => (isStopping = true));
let answered = 0;
const lost: string[] = [];

async function ask(): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(url, { protocol: "http3", signal } as RequestInit);
    await response.arrayBuffer();
    if (response.status === 200) answered++;
    else lost.push(String(response.status));
  } catch (error) {
    lost.push(String(error));
  }
}

async function askOn(): Promise<void> {
  for (; !isStopping; await delay(PAUSE_MS)) await ask();
}

await Promise.all(Array.from({ length: IN_FLIGHT }, askOn));
console.log(JSON.stringify({ answered, lost }));
process.exit(0);
