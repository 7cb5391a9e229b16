// An upstream in this process: answers every question over UDP at once, with an address for type A
// and NODATA for the rest. Writes its responses byte by byte, so that odd questions get theirs too.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { questionEnd } from "./query-corpus.ts";

const QR_RD_RA = [0x81, 0x80];
const POINTER_TO_QNAME = [0xc0, 12];
const CLASS_AND_TTL = [0, 1, 0, 0, 1, 44]; // IN, 300 s
const ADDRESS = [...POINTER_TO_QNAME, 0, 1, ...CLASS_AND_TTL, 0, 4, 192, 0, 2, 9];
/** The root's SOA with the root as both names and 300 s as minimum. */
const SOA_NUMBERS = [...Array(16).fill(0), 0, 0, 1, 44];
const SOA = [0, 0, 6, ...CLASS_AND_TTL, 0, 22, 0, 0, ...SOA_NUMBERS];

export class ScriptedResolver {
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static async start(): Promise<ScriptedResolver> {
    const socket = createSocket("udp4");
    socket.on("message", (query, { port, address }) => {
      const response = responseTo(query);
      if (response !== undefined) socket.send(response, port, address);
    });
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new ScriptedResolver(socket);
  }

  get url(): string {
    return `udp://127.0.0.1:${this.socket.address().port}`;
  }

  close(): void {
    this.socket.close();
  }
}

function responseTo(query: Uint8Array): Uint8Array | undefined {
  const end = questionEnd(query);
  if (end === 0) return undefined;
  const isAddress = query[end - 4] === 0 && query[end - 3] === 1;
  const counts = isAddress ? [0, 1, 0, 1, 0, 0, 0, 0] : [0, 1, 0, 0, 0, 1, 0, 0];
  return Uint8Array.from([
    ...query.subarray(0, 2),
    ...QR_RD_RA,
    ...counts,
    ...query.subarray(12, end),
    ...(isAddress ? ADDRESS : SOA),
  ]);
}
