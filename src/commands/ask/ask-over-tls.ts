// One query over DNS over TLS (RFC 7858), padded (RFC 8467), on a connection of its own.

import { answersOverStream } from "../../upstream/answers-query.ts";
import { FrameReader } from "../../wire/frame-reader.ts";
import { read16, write16 } from "../../wire/numbers.ts";
import type { Asked } from "./exchange.ts";
import {
  HUNG_UP,
  onConnection,
  openSecureConnection,
  type SecureTarget,
} from "./secure-connection.ts";

const PREFIX_LENGTH = 2;

/** `query` has an ID of its own. Rejects with an UpstreamError. */
export async function askOverTls(
  query: Uint8Array,
  target: Omit<SecureTarget, "alpn">,
): Promise<Asked> {
  const { socket, timing, tls } = await openSecureConnection({ ...target, alpn: ["dot"] });
  const start = performance.now();
  const message = await onConnection(
    socket,
    (fail) =>
      new Promise<Uint8Array>((resolve) => {
        const reader = new FrameReader();
        const frame = (bytes: Uint8Array, offset: number, length: number): void => {
          const given = bytes.slice(offset, offset + length);
          if (isResponse(query, given)) resolve(given);
        };
        socket.on("data", (bytes: Uint8Array) => reader.read(bytes, { frame }));
        socket.on("close", () => fail(HUNG_UP));
        socket.write(framed(query));
      }),
  );
  return { message, timing: { ...timing, queryMs: performance.now() - start }, tls };
}

/** Any other response on the connection is nobody's: the wait goes on. */
function isResponse(query: Uint8Array, given: Uint8Array): boolean {
  const hasId = given.length >= 2 && read16(given, 0) === read16(query, 0);
  return hasId && answersOverStream(query, given);
}

function framed(query: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX_LENGTH + query.length);
  write16(bytes, 0, query.length);
  bytes.set(query, PREFIX_LENGTH);
  return bytes;
}
