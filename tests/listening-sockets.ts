// How many sockets listen at a port of 127.0.0.1, as Linux shows it: one for each thread that shares it.

import { readFileSync } from "node:fs";

const LISTEN = "0A";

export function listeningSockets(port: number): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n");
  return lines.filter((line) => line.includes(` ${address} 00000000:0000 ${LISTEN} `)).length;
}
