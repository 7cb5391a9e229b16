// Start and stop of a server: what is in flight finishes, the port is free again, exit code 0.

import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { after, before, test } from "node:test";
import dnsPacket from "dns-packet";
import { freePort } from "./free-port.ts";
import { Hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { ask } from "./query-programs.ts";

const skip = needs("kdig");
/** Well below 1 s, when a query over UDP is sent again. */
const SLOW_MS = 600;
let slow: Socket;
let upstreams: string[];

/** An upstream that takes its time. */
before(async () => {
  slow = createSocket("udp4");
  slow.on("message", (message, { port, address }) => {
    const { id, questions } = dnsPacket.decode(message);
    const response = dnsPacket.encode({
      ...{ type: "response", id: id!, questions: questions! },
      flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE,
      answers: [{ type: "A", name: questions![0]!.name, ttl: 60, data: "192.0.2.9" }],
    });
    setTimeout(() => slow.send(response, port, address), SLOW_MS);
  });
  slow.bind(await freePort(), "127.0.0.1");
  await once(slow, "listening");
  upstreams = [`udp://127.0.0.1:${slow.address().port}`];
});
after(() => slow.close());

/** Resolves once Hermod has asked upstream `count` times; they may come in one turn. */
function asked(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    slow.on("message", () => {
      if (--left === 0) resolve();
    });
  });
}

test(
  "SIGTERM: queries in flight are answered, then exit 0",
  { skip, timeout: 30_000 },
  async () => {
    const hermod = await Hermod.start({ upstreams });
    const inFlight = asked(2);
    const udp = ask("kdig", hermod.dnsPort, "one.example.org A +notcp");
    const tcp = ask("kdig", hermod.dnsPort, "two.example.org A +tcp");
    await inFlight;
    const stopped = hermod.stop();
    for (const response of await Promise.all([udp, tcp])) {
      assert.equal(response.status, "NOERROR", response.text);
      assert.equal(response.answer[0]?.rdata, "192.0.2.9");
    }
    await stopped;
  },
);

test("SIGINT: the same", { timeout: 30_000 }, async () => {
  const hermod = await Hermod.start({ upstreams });
  hermod.child.signal("SIGINT");
  const exit = await hermod.child.exited;
  assert.equal(exit.code, 0, hermod.child.failure("stopped badly").message);
});

test("the port can be taken again at once", { skip, timeout: 30_000 }, async () => {
  const dnsPort = await freePort();
  for (let i = 0; i < 3; i++) {
    const hermod = await Hermod.start({ upstreams, dnsPort });
    const response = await ask("kdig", dnsPort, "localhost A +tcp");
    assert.equal(response.status, "NOERROR", response.text);
    await hermod.stop();
  }
});

test("says where it listens before it is ready", { timeout: 30_000 }, async () => {
  const hermod = await Hermod.start({ upstreams });
  const lines = hermod.child.stdout.trim().split("\n");
  const ready = lines.findIndex((line) => line.startsWith("ready"));
  assert.equal(ready, lines.length - 1);
  const before = lines.slice(0, ready).join("\n");
  assert.ok(before.includes(`127.0.0.1:${hermod.dnsPort}`), before);
  assert.ok(before.includes(hermod.adminUrl.replace("http://", "")), before);
  await hermod.stop();
});
