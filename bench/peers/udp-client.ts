// Asks one question over UDP: to know when a server is up, and whether it answers rightly.

import { createSocket, type Socket } from "node:dgram";
import * as dnsPacket from "dns-packet";
import { ZONE_ADDRESS } from "./bench-upstream.ts";
import { encodeQuery } from "./question-files.ts";

export interface AskOptions {
  readonly port: number;
  readonly name: string;
  readonly timeoutMs: number;
  /** Between two attempts. */
  readonly everyMs: number;
  /** Whether the response must bring the zone's address, or just be one. */
  readonly answers: boolean;
}

/** When the first right response came, by performance.now(); undefined when none did in time. */
export function askUntilAnswered(options: AskOptions): Promise<number | undefined> {
  const { everyMs, name, port, timeoutMs } = options;
  const socket = createSocket("udp4");
  let id = 0;
  return new Promise((resolve) => {
    const finish = (result: number | undefined): void => {
      clearInterval(asking);
      clearTimeout(deadline);
      socket.close();
      resolve(result);
    };
    const ask = (): void => send(socket, encodeQuery(id++ & 0xffff, name), port);
    const asking = setInterval(ask, everyMs);
    const deadline = setTimeout(() => finish(undefined), timeoutMs);
    socket.on("error", () => {});
    socket.on("message", (bytes) => {
      if (isRight(bytes, name, options.answers)) finish(performance.now());
    });
    socket.bind(0, "127.0.0.1", ask);
  });
}

/** Nobody may be there yet; the next attempt comes anyway. */
function send(socket: Socket, bytes: Uint8Array, port: number): void {
  socket.send(bytes, port, "127.0.0.1", () => {});
}

/** Whether a response is NOERROR for `name` and, if it must, has the zone's address. */
export function isRight(bytes: Uint8Array, name: string, answers: boolean): boolean {
  let response: dnsPacket.DecodedPacket;
  try {
    response = dnsPacket.decode(Buffer.from(bytes));
  } catch {
    return false;
  }
  const rcode = (response.flags ?? 0) & 0xf;
  if (response.type !== "response" || rcode !== 0 || response.questions?.[0]?.name !== name) {
    return false;
  }
  return !answers || (response.answers ?? []).some((record) => isZoneAddress(record));
}

function isZoneAddress(record: dnsPacket.Answer): boolean {
  return record.type === "A" && record.data === ZONE_ADDRESS;
}
