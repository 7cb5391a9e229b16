// What an idle DNS-over-TLS connection costs: resident memory of the server with 2,000 of them that
// have each asked once, less that with the first 100, which pay for what all share.

import { type TLSSocket, connect } from "node:tls";
import { framedQuery } from "../../tests/e2e/tls-client.ts";
import { residentBytes, startHermod } from "./hermod-under-load.ts";

const FIRST = 100;
const CONNECTIONS = 2000;
const AT_ONCE = 50;
const SETTLE_MS = 2000;
const query: Buffer = framedQuery("localhost");

const { hermod, tls } = await startHermod(2 * CONNECTIONS);
const sockets: TLSSocket[] = [];

/** Resolves once its query is answered. */
function openOne(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: hermod.dotPort, ca: tls.certificate });
    socket.on("secureConnect", () => socket.write(query));
    socket.once("data", () => resolve(socket));
    socket.on("error", reject);
  });
}

async function openUpTo(count: number): Promise<number> {
  while (sockets.length < count) {
    const batch = Math.min(AT_ONCE, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, openOne))));
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return residentBytes(hermod.child.pid);
}

const first = await openUpTo(FIRST);
const all = await openUpTo(CONNECTIONS);
const open = await hermod.metric("hermod_connections");
const each = (all - first) / (CONNECTIONS - FIRST) / 1024;
const total = (all / 2 ** 20).toFixed(1);
console.log(`${open} idle DoT connections: ${each.toFixed(1)} KiB each, ${total} MiB in all`);
for (const socket of sockets) socket.destroy();
await hermod.stop();
