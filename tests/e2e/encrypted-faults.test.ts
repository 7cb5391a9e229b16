// Clients over TLS that send slowly, nothing, too much or nonsense: each is got rid of in time, and all
// the while every query over UDP and every decent client over TLS is answered.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Certificate,
  makeAuthority,
  makeCertificate,
  makeSelfSigned,
} from "../certificates.ts";
import { runtimeLacks } from "../runtime-lacks.ts";
import { run } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { Hermod, hermod as runHermod } from "./hermod-process.ts";
import { needs, programPath } from "./programs.ts";
import { BareClient, framedQuery, openClients, within } from "./tls-client.ts";
import { UdpProbe } from "./udp-probe.ts";

const skip = needs("openssl");
const timeout = 60_000;
const PER_CLIENT = 20;
const IN_ALL = 40;
const MESSAGE_TIMEOUT_MS = 1000;
const IDLE_TIMEOUT_MS = 2000;
/** For whatever should happen soon; machines are slow at times. */
const PATIENCE_MS = 20_000;
const NAME = "localhost";

let hermod: Hermod;
let tls: Certificate;
let probe: UdpProbe | undefined;
const clients: BareClient[] = [];

before(async () => {
  if (skip !== false) return;
  tls = makeSelfSigned({ names: ["localhost"], addresses: ["127.0.0.1"] });
  hermod = await Hermod.start({
    tls,
    upstreams: [`udp://127.0.0.1:${await freePort()}`],
    config: `limits:
  connections: ${IN_ALL}
  connectionsPerClient: ${PER_CLIENT}
  messageTimeout: ${MESSAGE_TIMEOUT_MS}ms
  idleTimeout: ${IDLE_TIMEOUT_MS}ms
`,
  });
});
after(() => hermod?.stop());

beforeEach(async () => {
  if (skip !== false) return;
  // Caps count what the test before has left.
  while ((await hermod.metric("hermod_connections")) > 0) await delay(20);
  probe = new UdpProbe(hermod.dnsPort, NAME);
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await probe?.assertAllAnswered();
  probe = undefined;
});

async function open(count: number, localAddress = "127.0.0.1"): Promise<BareClient[]> {
  const options = { port: hermod.dotPort, ca: tls.certificate, localAddress };
  const opened = await openClients(count, options);
  clients.push(...opened);
  return opened;
}

async function openBare(count: number, port: number): Promise<BareClient[]> {
  const opened = await openClients(count, { port });
  clients.push(...opened);
  return opened;
}

/** One more client over TLS, which asks as it should; waits until Hermod takes it. */
async function assertServes(localAddress = "127.0.0.9"): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const [client] = await open(1, localAddress);
    client!.socket.write(framedQuery(NAME));
    const isAnswered = (): boolean => client!.messages === 1;
    await within(5000, () => isAnswered() || client!.isClosed);
    if (isAnswered()) break;
    assert.ok(Date.now() < end, "no answer over TLS");
    await delay(50);
  }
}

async function assertAllClosed(all: readonly BareClient[]): Promise<void> {
  const isOver = await within(PATIENCE_MS, () => all.every(({ isClosed }) => isClosed));
  assert.ok(
    isOver,
    `${all.filter(({ isClosed }) => !isClosed).length} of ${all.length} still open`,
  );
}

describe("clients that take their time", () => {
  test("a message that comes byte by byte is cut off", { skip, timeout }, async () => {
    const slow = await open(10);
    const query = framedQuery(NAME);
    let sent = 0;
    const timer = setInterval(() => {
      for (const { socket, isClosed } of slow) {
        if (!isClosed) socket.write(query.subarray(sent, sent + 1));
      }
      // Never the whole of it.
      sent = Math.min(sent + 1, query.length - 2);
    }, 150);
    await assertServes();
    await assertAllClosed(slow);
    clearInterval(timer);
    assert.ok(slow.every(({ messages }) => messages === 0));
  });

  const transports = runtimeLacks("HTTP time-outs") ? ["dot"] : ["dot", "doh"];
  for (const transport of transports) {
    test(`no TLS handshake at all (${transport})`, { skip, timeout }, async () => {
      const port = transport === "dot" ? hermod.dotPort : Number(new URL(hermod.dohUrl).port);
      const silent = await openBare(10, port);
      await assertServes();
      await assertAllClosed(silent);
    });
  }

  test("a connection without queries ends after its time", { skip, timeout }, async () => {
    const idle = await open(10);
    await assertServes();
    await assertAllClosed(idle);
  });

  test("a client that has sent its last still gets its answer", { skip, timeout }, async () => {
    const [client] = await open(1);
    client!.socket.end(framedQuery(NAME));
    assert.ok(await within(PATIENCE_MS, () => client!.messages === 1));
    await assertAllClosed([client!]);
  });
});

describe("clients that send nonsense", () => {
  test("garbage and clear text on the TLS port", { skip, timeout }, async () => {
    const garbage = await openBare(10, hermod.dotPort);
    garbage.forEach(({ socket }, i) => {
      const record = Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0xff, 0xff, 0xff, 0xff]);
      const bytes = [
        framedQuery(NAME),
        Buffer.alloc(4096, i),
        record,
        Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      ];
      socket.write(bytes[i % bytes.length]!);
    });
    await assertServes();
    await assertAllClosed(garbage);
    assert.ok(garbage.every(({ messages }) => messages === 0));
  });

  test("renegotiation is refused", { skip, timeout }, async () => {
    const client = `(sleep 1; echo R; sleep 1) | "$0" s_client -connect 127.0.0.1:"$1" -tls1_2`;
    const parameters = ["-c", client, programPath("openssl"), String(hermod.dotPort)];
    const { stdout, stderr } = await run("sh", parameters, { timeoutMs: PATIENCE_MS });
    assert.match(stdout, /Protocol +: TLSv1\.2/);
    assert.match(stdout + stderr, /RENEGOTIATING/);
    assert.match(stderr, /no renegotiation/);
    await assertServes();
  });

  test("lengths under 12 end the connection", { skip, timeout }, async () => {
    const flooding = await open(10);
    for (const { socket } of flooding) socket.write(Buffer.alloc(60_000));
    await assertServes();
    await assertAllClosed(flooding);
  });
});

describe("clients that send too much", () => {
  test("a flood of small frames: each is answered", { skip, timeout }, async () => {
    const [count, flooding] = [5000, await open(4)];
    // Headers alone: a format error each (RFC 9619 §2).
    const frame = Buffer.from([0, 12, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const frames = Buffer.concat(Array.from({ length: count }, () => frame));
    for (const { socket } of flooding) socket.write(frames);
    await assertServes();
    const isDone = (): boolean => flooding.every(({ messages }) => messages === count);
    await within(PATIENCE_MS, isDone);
    assert.deepEqual(
      flooding.map(({ messages }) => messages),
      flooding.map(() => count),
    );
  });

  test("one byte to a record", { skip, timeout }, async () => {
    const [count, flooding] = [50, await open(4)];
    const query = framedQuery(NAME);
    for (const { socket } of flooding) {
      socket.setNoDelay(true);
      for (let i = 0; i < count * query.length; i++) {
        socket.write(query.subarray(i % query.length, (i % query.length) + 1));
      }
    }
    await assertServes();
    assert.ok(
      await within(PATIENCE_MS, () => flooding.every(({ messages }) => messages === count)),
    );
  });

  test("over the cap for one client: closed, others are served", { skip, timeout }, async () => {
    const many = await open(PER_CLIENT + 5);
    await within(PATIENCE_MS, () => many.filter(({ isClosed }) => isClosed).length >= 5);
    assert.equal(many.filter(({ isClosed }) => isClosed).length, 5);
    await assertServes();
  });

  test("over the cap in all: served again once there is room", { skip, timeout }, async () => {
    const first = await open(PER_CLIENT, "127.0.0.2");
    assert.ok(first.every(({ isClosed }) => !isClosed));
    const others = ["127.0.0.3", "127.0.0.4"].flatMap((localAddress) => {
      const options = { port: hermod.dotPort, ca: tls.certificate, localAddress };
      return Array.from({ length: PER_CLIENT }, () => new BareClient(options));
    });
    clients.push(...others);
    for (let i = 0; i < 20; i++) {
      const open = await hermod.metric("hermod_connections");
      assert.ok(open <= IN_ALL, `${open} connections`);
      await delay(20);
    }
    for (const { socket } of [...first, ...others]) socket.destroy();
    await assertServes();
  });
});

describe("a certificate that will not do, at start", () => {
  const assertRefused = async (
    certificateFile: string,
    keyFile: string,
    why: RegExp,
  ): Promise<void> => {
    const { exit, stderr } = await runHermod(
      ...[
        "serve",
        "--dns",
        `127.0.0.1:${await freePort()}`,
        "--dot",
        `127.0.0.1:${await freePort()}`,
      ],
      ...["--doh", `127.0.0.1:${await freePort()}`, "--admin", `127.0.0.1:${await freePort()}`],
      ...["--tls-cert", certificateFile, "--tls-key", keyFile],
    );
    assert.equal(exit.code, 1, stderr);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
    assert.match(stderr, why);
    assert.ok(stderr.includes(certificateFile), stderr);
  };

  test("expired", { skip, timeout }, async () => {
    const expired = makeCertificate(makeAuthority(), { names: ["localhost"], days: -1 });
    await assertRefused(expired.certificateFile, expired.keyFile, /expired on /);
  });

  test("of another key", { skip, timeout }, async () => {
    const other = makeSelfSigned({ names: ["localhost"] });
    await assertRefused(tls.certificateFile, other.keyFile, /does not belong to the certificate/);
  });
});
