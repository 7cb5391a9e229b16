// What every runtime's streams keep to over TLS: who is on the other side is checked strictly
// (RFC 8310 §5), and nothing is written to anyone else.

import assert from "node:assert/strict";
import { once } from "node:events";
import * as net from "node:net";
import { after, describe, test } from "node:test";
import * as tls from "node:tls";
import type { ConnectTls, Stream, StreamListener } from "../../../src/runtime/contract.ts";
import { selectRuntime } from "../../../src/runtime/select.ts";
import {
  type Certificate,
  makeAuthority,
  makeCertificate,
  makeSelfSigned,
} from "../../certificates.ts";
import { needs } from "../../e2e/programs.ts";
import { runtimeLacks } from "../../runtime-lacks.ts";
import {
  eventually,
  Recorded,
  Recorder,
  type RecorderOptions,
  writeText,
} from "./recorded-stream.ts";

const LOOPBACK = "127.0.0.1";
const NAME = "dns.example";
const skip = needs("openssl");
const runtime = await selectRuntime();
const authority = skip === false ? makeAuthority() : undefined!;
const good =
  skip === false
    ? makeCertificate(authority, { names: [NAME], addresses: [LOOPBACK] })
    : undefined!;

const servers: tls.Server[] = [];
const listeners: StreamListener[] = [];
const sockets: net.Socket[] = [];
after(() => {
  for (const listener of listeners) listener.stop();
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

interface Served {
  readonly port: number;
  /** What arrived from clients, and the names that they asked for. */
  readonly received: Buffer[];
  readonly serverNames: unknown[];
  readonly protocols: unknown[];
  resumed: number;
}

/** A server of node:tls that echoes. */
async function serve(certificate: Certificate, protocols: string[] | undefined): Promise<Served> {
  const served = { port: 0, received: [], serverNames: [], protocols: [], resumed: 0 } as Served & {
    port: number;
  };
  const { certificate: cert, key } = certificate;
  const alpn = protocols === undefined ? {} : { ALPNProtocols: protocols };
  const server = tls.createServer({ cert, key, ...alpn }, (socket) => {
    sockets.push(socket);
    served.serverNames.push(socket.servername);
    served.protocols.push(socket.alpnProtocol);
    if (socket.isSessionReused()) served.resumed++;
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => {
      served.received.push(bytes);
      socket.write(bytes);
    });
  });
  server.on("tlsClientError", () => {});
  servers.push(server);
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  served.port = (server.address() as net.AddressInfo).port;
  return served;
}

const HELLO: RecorderOptions = { onOpen: (stream) => writeText(stream, "hello") };

function connectTo(port: number, options: ConnectTls): Stream<Recorded> {
  const remote = { host: LOOPBACK, port };
  return runtime.connect({ remote, tls: options, context: new Recorded() }, new Recorder(HELLO));
}

function trusting(authenticationName: string, ca: string = authority.certificate): ConnectTls {
  return { authenticationName, ca, alpn: ["dot"] };
}

async function assertAccepted(certificate: Certificate, options: ConnectTls): Promise<Served> {
  const served = await serve(certificate, ["dot"]);
  const stream = connectTo(served.port, options);
  await eventually(() => stream.context.events.length > 0, "an event");
  assert.equal(stream.context.error, undefined);
  await stream.context.untilText("hello");
  stream.end();
  return served;
}

async function assertRefused(certificate: Certificate, options: ConnectTls): Promise<void> {
  const served = await serve(certificate, ["dot"]);
  const stream = connectTo(served.port, options);
  await stream.context.until("close");
  assert.deepEqual(stream.context.events, ["close"], "never open");
  assert.ok(stream.context.error instanceof Error, "says why");
  assert.equal(writeText(stream, "x"), -1);
  assert.equal(served.received.length, 0, "nothing was written");
}

describe("a TLS client", () => {
  test("accepts the right name, sends it as SNI, and agrees on ALPN", { skip }, async () => {
    const served = await assertAccepted(good, trusting(NAME));
    assert.deepEqual(served.serverNames, [NAME]);
    assert.deepEqual(served.protocols, ["dot"]);
  });

  test(
    "accepts the address as a subject alternative name, and never sends it",
    { skip },
    async () => {
      const certificate = makeCertificate(authority, { addresses: [LOOPBACK] });
      const served = await assertAccepted(certificate, trusting(LOOPBACK));
      assert.ok(!served.serverNames[0], String(served.serverNames));
    },
  );

  test("accepts a wildcard for one label", { skip }, async () => {
    const certificate = makeCertificate(authority, { names: [`*.${NAME}`] });
    await assertAccepted(certificate, trusting(`a.${NAME}`));
    await assertRefused(certificate, trusting(`a.b.${NAME}`));
    await assertRefused(certificate, trusting(NAME));
  });

  test("accepts a server that does not speak ALPN", { skip }, async () => {
    const served = await serve(good, undefined);
    const stream = connectTo(served.port, trusting(NAME));
    await stream.context.untilText("hello");
    stream.terminate();
  });

  test("refuses another name", { skip }, () => assertRefused(good, trusting("other.example")));

  test("refuses a certificate for the name only when the address is to be checked", { skip }, () =>
    assertRefused(makeCertificate(authority, { names: [NAME] }), trusting(LOOPBACK)),
  );

  test("refuses another address", { skip }, () =>
    assertRefused(makeCertificate(authority, { addresses: ["127.0.0.2"] }), trusting(LOOPBACK)),
  );

  test("refuses an address that is written as a name", { skip }, () =>
    assertRefused(makeCertificate(authority, { names: [LOOPBACK] }), trusting(LOOPBACK)),
  );

  test("refuses a name that stands in the subject only", { skip }, () =>
    assertRefused(makeCertificate(authority, { commonName: NAME }), trusting(NAME)),
  );

  test("refuses an expired certificate", { skip }, () =>
    assertRefused(makeCertificate(authority, { names: [NAME], days: -1 }), trusting(NAME)),
  );

  test("refuses a self-signed certificate", { skip }, () =>
    assertRefused(makeSelfSigned({ names: [NAME] }), trusting(NAME)),
  );

  test("refuses a certificate of another authority", { skip }, () =>
    assertRefused(good, trusting(NAME, makeAuthority("Another authority").certificate)),
  );

  test("does not trust the authority when it is not told to", { skip }, () =>
    assertRefused(good, { authenticationName: NAME, alpn: ["dot"] }),
  );

  test("refuses a server that speaks another protocol only", { skip }, async () => {
    const served = await serve(good, ["h2"]);
    const stream = connectTo(served.port, trusting(NAME));
    await stream.context.until("close");
    assert.deepEqual(stream.context.events, ["close"]);
    assert.equal(served.received.length, 0);
  });

  test("closes with an error when the trust anchors can't be read", { skip }, async () => {
    const served = await serve(good, ["dot"]);
    const stream = connectTo(served.port, trusting(NAME, "no certificate"));
    assert.deepEqual(stream.context.events, [], "never from within connect()");
    await stream.context.until("close");
    assert.ok(stream.context.error instanceof Error);
  });

  test("closes with an error when the other side does not speak TLS", { skip }, async () => {
    const server = net.createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      socket.write("220 mail.example\r\n");
    });
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    const stream = connectTo((server.address() as net.AddressInfo).port, trusting(NAME));
    await stream.context.until("close");
    server.close();
    assert.deepEqual(stream.context.events, ["close"]);
    assert.ok(stream.context.error instanceof Error);
  });

  test("can be given up before the handshake", { skip }, async () => {
    const served = await serve(good, ["dot"]);
    const stream = connectTo(served.port, trusting(NAME));
    stream.terminate();
    assert.deepEqual(stream.context.events, ["close"]);
    assert.equal(stream.context.error, undefined);
    assert.equal(served.received.length, 0);
  });

  test(
    "resumes a session with the same options only, and still checks the name",
    { skip },
    async () => {
      const served = await serve(good, ["dot"]);
      const options = trusting(NAME);
      for (let i = 0; i < 2; i++) {
        const stream = connectTo(served.port, options);
        await stream.context.untilText("hello");
        stream.end();
        await stream.context.until("close");
      }
      const resumed = runtimeLacks("resumed TLS sessions") ? 0 : 1;
      assert.equal(served.resumed, resumed);
      const stranger = connectTo(served.port, trusting("other.example"));
      await stranger.context.until("close");
      assert.deepEqual(stranger.context.events, ["close"]);
      assert.equal(served.resumed, resumed);
    },
  );

  test("end() does not wait for ever for the other side's farewell", { skip }, async () => {
    const options = { cert: good.certificate, key: good.key, allowHalfOpen: true };
    let heardEnd = false;
    const server = tls.createServer(options, (socket) => {
      sockets.push(socket);
      socket.on("end", () => (heardEnd = true));
      socket.on("error", () => {});
      socket.resume();
    });
    servers.push(server);
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    const stream = connectTo((server.address() as net.AddressInfo).port, trusting(NAME));
    await stream.context.until("open");
    stream.end();
    await eventually(() => heardEnd, "the end");
    await stream.context.until("close");
    assert.equal(stream.context.error, undefined);
  });
});

describe("a TLS listener", () => {
  interface Listening {
    readonly port: number;
    readonly accepted: Recorded[];
  }

  function listen(): Listening {
    const accepted: Recorded[] = [];
    const contextFor = (): Recorded => {
      const context = new Recorded();
      accepted.push(context);
      return context;
    };
    const { certificate, key } = good;
    const listener = runtime.listen(
      {
        local: { host: LOOPBACK, port: 0 },
        tls: { certificate, key, alpn: ["dot"] },
        reusePort: false,
        contextFor,
      },
      new Recorder({ onData: (stream, bytes) => stream.write(bytes, 0, bytes.length) }),
    );
    listeners.push(listener);
    return { port: listener.local.port, accepted };
  }

  test("opens a stream after the handshake and knows the server name", { skip }, async () => {
    const { port, accepted } = listen();
    const client = tls.connect({
      ...{ port, host: LOOPBACK, servername: NAME },
      ...{ ca: authority.certificate, ALPNProtocols: ["dot"] },
    });
    sockets.push(client);
    await once(client, "secureConnect");
    assert.equal(client.alpnProtocol, "dot");
    client.write("ping");
    const [echo] = (await once(client, "data")) as [Buffer];
    assert.equal(echo.toString(), "ping");
    assert.equal(accepted[0]!.stream!.serverName(), NAME);
    accepted[0]!.stream!.end();
    await once(client, "close");
    await accepted[0]!.until("close");
    const events = accepted[0]!.events.filter((event) => event !== "drain");
    assert.deepEqual(events, ["open", "data", "close"]);
  });

  test("says nothing of connections whose handshake fails", { skip }, async () => {
    const { port, accepted } = listen();
    const client = net.connect({ port, host: LOOPBACK });
    sockets.push(client);
    client.on("error", () => {});
    client.resume();
    client.write("GET / HTTP/1.1\r\n\r\n");
    await eventually(() => client.destroyed, "the close");
    assert.deepEqual(
      accepted.flatMap(({ events }) => events),
      [],
    );
  });
});
