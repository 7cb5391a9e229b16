// Ports of the loopback address that are free for UDP and TCP alike. They lie below the range that
// the kernel takes for outgoing connections, so that none is taken between the look and the use.

import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const FIRST = 20_000;
const LAST = 32_000;
const given = new Set<number>();

/** A port that was free on `host` a moment ago and that this process has not given out before. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port)) continue;
    given.add(port);
    if ((await isFreeForTcp(port, host)) && (await isFreeForUdp(port, host))) return port;
  }
}

function isFreeForTcp(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

function isFreeForUdp(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.once("error", () => resolve(false));
    socket.bind(port, host, () => socket.close(() => resolve(true)));
  });
}
