// What every runtime's streams keep to over TCP; the other side is node:net.

import assert from "node:assert/strict";
import { once } from "node:events";
import * as net from "node:net";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { HermodError } from "../../../src/errors.ts";
import type { Stream, StreamListener } from "../../../src/runtime/contract.ts";
import { selectRuntime } from "../../../src/runtime/select.ts";
import {
  eventually,
  HalfCloseRecorder,
  Recorded,
  Recorder,
  type RecorderOptions,
  writeText,
} from "./recorded-stream.ts";

const runtime = await selectRuntime();
const LOOPBACK = "127.0.0.1";
const listeners: StreamListener[] = [];
const servers: net.Server[] = [];
const sockets: net.Socket[] = [];
after(() => {
  for (const listener of listeners) listener.stop();
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

/** A server of node:net; hands over each connection. */
async function serve(onConnection: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
    onConnection(socket);
  });
  servers.push(server);
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  return (server.address() as net.AddressInfo).port;
}

function connectTo(port: number, options: RecorderOptions = {}): Stream<Recorded> {
  const remote = { host: LOOPBACK, port };
  return runtime.connect({ remote, context: new Recorded() }, new Recorder(options));
}

/** A listener of the runtime, and what it has accepted. */
function listen(handler: Recorder): {
  port: number;
  accepted: Recorded[];
  listener: StreamListener;
} {
  const accepted: Recorded[] = [];
  const contextFor = (): Recorded => {
    const context = new Recorded();
    accepted.push(context);
    return context;
  };
  const local = { host: LOOPBACK, port: 0 };
  const listener = runtime.listen({ local, reusePort: false, contextFor }, handler);
  listeners.push(listener);
  return { port: listener.local.port, accepted, listener };
}

async function dial(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: LOOPBACK, allowHalfOpen: true });
  socket.on("error", () => {});
  sockets.push(socket);
  await once(socket, "connect");
  return socket;
}

describe("a stream that connects", () => {
  test("opens, carries bytes both ways, and closes once when the other side ends", async () => {
    const port = await serve((socket) => {
      socket.on("data", (bytes) => socket.end(`you said ${bytes.toString()}`));
    });
    const stream = connectTo(port, { onOpen: (opened) => writeText(opened, "hello") });
    await stream.context.until("close");
    assert.deepEqual(stream.context.events, ["open", "data", "close"]);
    assert.equal(stream.context.text, "you said hello");
    assert.equal(stream.context.error, undefined);
    assert.deepEqual(stream.remote, { host: LOOPBACK, port });
  });

  test("takes nothing before it is open and nothing after it is closed", async () => {
    const port = await serve(() => {});
    const stream = connectTo(port);
    assert.equal(writeText(stream, "early"), 0);
    await stream.context.until("open");
    assert.equal(writeText(stream, "in time"), 7);
    stream.terminate();
    assert.equal(writeText(stream, "late"), -1);
    assert.deepEqual(stream.context.events, ["open", "close"]);
  });

  test("closes with an error when nobody listens", async () => {
    const server = net.createServer();
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    server.close();
    await once(server, "close");
    const stream = connectTo(port);
    assert.deepEqual(stream.context.events, [], "never from within connect()");
    await stream.context.until("close");
    await delay(50);
    assert.deepEqual(stream.context.events, ["close"]);
    assert.ok(stream.context.error instanceof Error);
  });

  test("can be given up before it is open", async () => {
    let accepted: net.Socket | undefined;
    const port = await serve((socket) => (accepted = socket));
    const stream = connectTo(port);
    stream.terminate();
    stream.terminate();
    assert.deepEqual(stream.context.events, ["close"]);
    await eventually(() => accepted === undefined || accepted.destroyed, "the connection to go");
    await delay(50);
    assert.deepEqual(stream.context.events, ["close"]);
  });

  test("reports a reset as an error, once", async () => {
    const port = await serve((socket) => socket.on("data", () => socket.resetAndDestroy()));
    const stream = connectTo(port, { onOpen: (opened) => writeText(opened, "x") });
    await stream.context.until("close");
    await delay(50);
    assert.deepEqual(stream.context.events, ["open", "close"]);
    assert.ok(stream.context.error instanceof Error);
  });

  test("says how much was taken when the other side does not read, and when there is room", async () => {
    const total = 8_000_000;
    const bytes = Uint8Array.from({ length: total }, (_, i) => i % 251);
    let sum = 0;
    let received = 0;
    const port = await serve((socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), 100);
      socket.on("end", () => socket.end());
      socket.on("data", (chunk) => {
        for (const byte of chunk) if (byte !== received++ % 251) sum++;
      });
    });
    let taken = 0;
    let shortWrites = 0;
    const pump = (stream: Stream<Recorded>): void => {
      while (taken < total) {
        const count = stream.write(bytes, taken, total - taken);
        taken += count;
        if (taken < total) return void shortWrites++;
      }
      stream.end();
    };
    const stream = connectTo(port, { onOpen: pump, onDrain: pump });
    await stream.context.until("close");
    await eventually(() => received === total, "all bytes");
    assert.equal(sum, 0, "bytes arrive as they were written");
    assert.ok(shortWrites > 0);
  });

  test("end() flushes what was taken", async () => {
    let received = 0;
    let ended = false;
    const port = await serve((socket) => {
      socket.on("data", (chunk) => (received += chunk.length));
      socket.on("end", () => {
        ended = true;
        socket.write("too late");
        socket.end();
      });
    });
    const bytes = new Uint8Array(100_000);
    let taken = 0;
    const stream = connectTo(port, {
      onOpen: (opened) => {
        taken = opened.write(bytes, 0, bytes.length);
        opened.end();
        assert.equal(writeText(opened, "more"), -1);
      },
    });
    await stream.context.until("close");
    assert.ok(ended);
    assert.equal(received, taken);
    assert.deepEqual(stream.context.events, ["open", "close"], "nothing after end() but the close");
    assert.equal(stream.context.error, undefined);
  });
});

describe("a listener", () => {
  test("accepts, knows who connects, and reports the close once", async () => {
    const { port, accepted } = listen(
      new Recorder({ onData: (stream, bytes) => stream.write(bytes, 0, bytes.length) }),
    );
    const client = await dial(port);
    client.write("ping");
    const [echo] = (await once(client, "data")) as [Buffer];
    assert.equal(echo.toString(), "ping");
    assert.deepEqual(accepted[0]!.stream!.remote, { host: LOOPBACK, port: client.localPort });
    assert.equal(accepted[0]!.stream!.serverName(), undefined);
    client.destroy();
    await accepted[0]!.until("close");
    assert.deepEqual(accepted[0]!.events, ["open", "data", "close"]);
  });

  test("whoever implements ended() can answer a client that has finished sending", async () => {
    const { port, accepted } = listen(new HalfCloseRecorder());
    const client = await dial(port);
    let text = "";
    client.on("data", (bytes) => (text += bytes.toString()));
    client.end("question");
    await eventually(() => accepted[0]?.events.includes("ended") === true, "ended");
    assert.equal(writeText(accepted[0]!.stream!, "answer"), 6);
    accepted[0]!.stream!.end();
    await accepted[0]!.until("close");
    await eventually(() => text === "answer", "the answer");
  });

  test("without ended() the stream closes when the client has finished sending", async () => {
    const { port, accepted } = listen(new Recorder());
    const client = await dial(port);
    client.end("question");
    await eventually(() => accepted[0]?.events.includes("close") === true, "close");
    assert.deepEqual(accepted[0]!.events, ["open", "data", "close"]);
  });

  test("keeps live connections when it stops, and frees the port", async () => {
    const { port, accepted, listener } = listen(
      new Recorder({ onData: (stream, bytes) => stream.write(bytes, 0, bytes.length) }),
    );
    const client = await dial(port);
    await eventually(() => accepted.length === 1, "the connection");
    listener.stop();
    client.write("still there");
    const [echo] = (await once(client, "data")) as [Buffer];
    assert.equal(echo.toString(), "still there");
    await assert.rejects(dial(port));
  });

  test("two can share a port when both say so", () => {
    const handler = new Recorder();
    const contextFor = (): Recorded => new Recorded();
    const local = { host: LOOPBACK, port: 0 };
    const first = runtime.listen({ local, reusePort: true, contextFor }, handler);
    const second = runtime.listen({ local: first.local, reusePort: true, contextFor }, handler);
    listeners.push(first, second);
    assert.deepEqual(second.local, first.local);
  });

  test("says what is wrong with an address and what to do", () => {
    const { port } = listen(new Recorder());
    const attempt = (host: string, at: number): void => {
      const contextFor = (): Recorded => new Recorded();
      const options = { local: { host, port: at }, reusePort: false, contextFor };
      listeners.push(runtime.listen(options, new Recorder()));
    };
    assert.throws(() => attempt(LOOPBACK, port), isError("ADDRESS_IN_USE", `${LOOPBACK}:${port}`));
    assert.throws(
      () => attempt("192.0.2.55", 5335),
      isError("ADDRESS_NOT_AVAILABLE", "192.0.2.55:5335"),
    );
  });
});

function isError(code: string, text: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof HermodError && error.code === code && error.message.includes(text);
}
