// What an idle connection over TLS costs: memory of the server with 2,000 that have each asked once, less
// that with the first 100, which pay for what all share.

import { setTimeout as delay } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { TLS_NAME } from "../bench-upstream.ts";
import { framedQuery } from "../../../tests/e2e/tls-client.ts";
import { hitName } from "../question-files.ts";
import type { RunningServer } from "../running-server.ts";
import type { Measured, WorkloadKind } from "./workload.ts";

const FIRST = 100;
const CONNECTIONS = 2000;
const AT_ONCE = 50;
const SETTLE_MS = 2000;
const CONNECT_TIMEOUT_MS = 5000;
const query: Buffer = framedQuery(hitName(0));

export const IDLE_CONNECTIONS: WorkloadKind = {
  id: "idle-dot",
  isInterleaved: false,
  forwardsOverTls: false,
  secondsFor: () => 10,
  async measure(server) {
    const sockets: TLSSocket[] = [];
    try {
      return await measureConnections(server, sockets);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
};

async function measureConnections(server: RunningServer, sockets: TLSSocket[]): Promise<Measured> {
  const first = await openUpTo(FIRST, server, sockets);
  const all = await openUpTo(CONNECTIONS, server, sockets);
  const open = sockets.filter((socket) => !socket.closed && !socket.readableEnded).length;
  const bytesPerConnection = (all - first) / (CONNECTIONS - FIRST);
  const figures = { connections: open, bytesPerConnection };
  const error = `only ${open} of ${CONNECTIONS} connections stayed open`;
  return { loadCommands: [], figures, ...(open < CONNECTIONS && { error }) };
}

/** The server's resident memory once `count` connections are open and it has settled. */
async function openUpTo(
  count: number,
  server: RunningServer,
  sockets: TLSSocket[],
): Promise<number> {
  while (sockets.length < count) {
    const batch = Math.min(AT_ONCE, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, () => openOne(server)))));
  }
  await delay(SETTLE_MS);
  return server.residentBytes();
}

/** Resolves once its query is answered. */
function openOne({ place }: RunningServer): Promise<TLSSocket> {
  const to = { host: "127.0.0.1", port: place.dotPort, ca: place.tls.ca, servername: TLS_NAME };
  return new Promise((resolve, reject) => {
    const socket = connect({ ...to, ALPNProtocols: ["dot"] });
    const fail = (): void => reject(new Error("a connection was not answered"));
    const deadline = setTimeout(fail, CONNECT_TIMEOUT_MS);
    socket.on("secureConnect", () => socket.write(query));
    socket.once("data", () => {
      clearTimeout(deadline);
      resolve(socket);
    });
    socket.once("end", fail);
    socket.on("error", reject);
  });
}
