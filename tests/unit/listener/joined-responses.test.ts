// How many writes the responses of one connection take: one for what comes together, or one each where
// joining is turned off.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { timers } from "../../../src/clock/timing-wheel.ts";
import { ConnectionLimit } from "../../../src/listener/connection-limit.ts";
import type { ClientConnection } from "../../../src/listener/client-connection.ts";
import { StreamServer } from "../../../src/listener/stream-server.ts";
import { Counters, TRANSPORT } from "../../../src/memory/counters.ts";
import { WordBuffer } from "../../../src/memory/word-buffer.ts";
import {
  NOTHING,
  type QueryOrigin,
  type QueryService,
} from "../../../src/resolver/query-service.ts";
import type { Responder } from "../../../src/resolver/waiter.ts";
import type {
  ListenOptions,
  Runtime,
  Stream,
  StreamHandler,
} from "../../../src/runtime/contract.ts";
import { framed } from "../../faults/scripted-upstream.ts";

const COUNT = 5;
const LENGTH = 40;

/** A connection to a server whose service answers each query with LENGTH bytes, at once or later. */
function connect(joinsResponses: boolean | undefined): {
  stream: Stream<ClientConnection>;
  handler: StreamHandler<ClientConnection>;
  writes: number[];
  waiting: Responder[];
  isLate: { value: boolean };
} {
  const writes: number[] = [];
  const waiting: Responder[] = [];
  const isLate = { value: false };
  const accept = (
    ...[, , , , , , , origin]: Parameters<QueryService["accept"]> | [...unknown[], QueryOrigin]
  ): number => {
    if (!isLate.value) return LENGTH;
    waiting.push((origin as QueryOrigin).responder());
    return NOTHING;
  };
  let options!: ListenOptions<ClientConnection>;
  let handler!: StreamHandler<ClientConnection>;
  const runtime = {
    listen: (given: typeof options, by: typeof handler) => {
      [options, handler] = [given, by];
      return { local: given.local, stop: () => {} };
    },
  };
  const server = new StreamServer(
    {
      runtime: runtime as unknown as Runtime,
      service: { accept } as unknown as QueryService,
      counters: new Counters(),
      timers,
      limits: { idleTimeoutMs: 30_000, messageTimeoutMs: 5000 },
      connections: new ConnectionLimit(10, 10),
      ...(joinsResponses !== undefined && { joinsResponses }),
    },
    TRANSPORT.tcp,
  );
  server.listen({ host: "127.0.0.1", port: 53 });
  const stream: Stream<ClientConnection> = {
    context: options.contextFor(),
    remote: { host: "127.0.0.1", port: 1 },
    serverName: () => undefined,
    write: (_bytes, _offset, length) => {
      writes.push(length);
      return length;
    },
    end: () => {},
    terminate: () => {},
  };
  handler.open(stream);
  return { stream, handler, writes, waiting, isLate };
}

const burst = Buffer.concat(Array.from({ length: COUNT }, () => framed(new Uint8Array(12))));

for (const joinsResponses of [undefined, true, false]) {
  const each = Array<number>(COUNT).fill(2 + LENGTH);
  const expected = joinsResponses === false ? each : [COUNT * (2 + LENGTH)];

  describe(`joining ${joinsResponses}`, () => {
    test(`what is known leaves in ${expected.length} writes`, () => {
      const { handler, stream, writes } = connect(joinsResponses);
      handler.data(stream, burst);
      assert.deepEqual(writes, expected);
      handler.close(stream, undefined);
    });

    test(`so does what had to be asked`, async () => {
      const { handler, isLate, stream, waiting, writes } = connect(joinsResponses);
      isLate.value = true;
      handler.data(stream, burst);
      assert.equal(waiting.length, COUNT);
      for (const responder of waiting) {
        responder.respond(new WordBuffer(64), 4, LENGTH, new Int32Array(4));
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
      assert.deepEqual(writes, expected);
      handler.close(stream, undefined);
    });
  });
}
