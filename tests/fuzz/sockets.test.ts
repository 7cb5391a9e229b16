// Damaged queries over real sockets to a running Hermod: 20,000 over UDP and 20,000 over TCP. All
// but those that must be dropped are answered, in good form, and the server serves on.

import assert from "node:assert/strict";
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket as TcpSocket } from "node:net";
import { after, before, test } from "node:test";
import { Hermod } from "../e2e/hermod-process.ts";
import { MutantClient } from "./mutant-client.ts";
import { mutate } from "./mutate.ts";
import { encode, generateQueries, recordedQueries } from "./query-corpus.ts";
import { Random, SEED } from "./random.ts";
import { ScriptedResolver } from "./scripted-resolver.ts";

const MUTANTS = 20_000;
const WINDOW = 50;
const MAX_DATAGRAM = 4000;
const MIN_MESSAGE = 12;
const NAMES = ["www.example", "Mail.Example", "a.b.c.example", "localhost"];

let upstream: ScriptedResolver;
let hermod: Hermod;

before(async () => {
  upstream = await ScriptedResolver.start();
  hermod = await Hermod.start({ upstreams: [upstream.url] });
});
after(async () => {
  await hermod.stop();
  upstream.close();
});

class UdpMutantClient extends MutantClient {
  private readonly socket: UdpSocket;
  private readonly port: number;

  constructor(socket: UdpSocket, port: number) {
    super("udp", WINDOW);
    this.socket = socket;
    this.port = port;
    socket.on("message", (response) => this.receive(response));
  }

  protected override write(query: Uint8Array): void {
    this.socket.send(query, this.port, "127.0.0.1");
  }
}

class TcpMutantClient extends MutantClient {
  private readonly socket: TcpSocket;
  private unread: Buffer = Buffer.alloc(0);

  constructor(socket: TcpSocket) {
    super("tcp", WINDOW);
    this.socket = socket;
    socket.on("data", (bytes) => this.read(Buffer.from(bytes)));
    socket.on("close", () => this.faults.push("the connection was closed"));
  }

  protected override write(query: Uint8Array): void {
    this.socket.write(Uint8Array.from([query.length >> 8, query.length & 0xff, ...query]));
  }

  private read(bytes: Buffer): void {
    this.unread = Buffer.concat([this.unread, bytes]);
    while (this.unread.length >= 2) {
      const end = 2 + this.unread.readUInt16BE(0);
      if (this.unread.length < end) return;
      this.receive(this.unread.subarray(2, end));
      this.unread = this.unread.subarray(end);
    }
  }
}

function mutants(seed: number, minLength: number, maxLength: number): Uint8Array[] {
  const random = new Random(seed);
  const corpus = [...generateQueries(random, 2000, NAMES), ...recordedQueries()];
  const found: Uint8Array[] = [];
  while (found.length < MUTANTS) {
    const mutant = mutate(random, random.pick(corpus), random.pick(corpus));
    if (mutant.length >= minLength && mutant.length <= maxLength) found.push(mutant);
  }
  return found;
}

function assertSound(client: MutantClient, seed: number): void {
  assert.deepEqual(client.faults.slice(0, 5), [], `seed ${seed}: ${client.faults.length} faults`);
  assert.ok(client.answered > MUTANTS / 2, `${client.answered} answered`);
}

test(`${MUTANTS} damaged queries over UDP`, { timeout: 240_000 }, async () => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const client = new UdpMutantClient(socket, hermod.dnsPort);
  await client.sendAll(mutants(SEED + 2, 0, MAX_DATAGRAM));
  socket.close();
  assertSound(client, SEED + 2);
});

test(`${MUTANTS} damaged queries over TCP`, { timeout: 240_000 }, async () => {
  const socket = connect(hermod.dnsPort, "127.0.0.1");
  await once(socket, "connect");
  const client = new TcpMutantClient(socket);
  await client.sendAll(mutants(SEED + 3, MIN_MESSAGE, 65_535));
  assertSound(client, SEED + 3);
  socket.destroy();
});

test("a length that promises no message ends the connection, and no other", async () => {
  const query = encode({
    type: "query",
    id: 7,
    flags: 0x100,
    questions: [{ type: "A", name: "localhost" }],
  });
  const other = connect(hermod.dnsPort, "127.0.0.1");
  await once(other, "connect");
  for (let length = 0; length < MIN_MESSAGE; length++) {
    const socket = connect(hermod.dnsPort, "127.0.0.1");
    socket.on("error", () => {}); // a reset will do
    socket.write(Uint8Array.from([0, length, ...query]));
    await new Promise((resolve) => socket.once("close", resolve));
  }
  other.write(Uint8Array.from([0, query.length, ...query]));
  const [response] = (await once(other, "data")) as [Buffer];
  assert.equal(response.readUInt16BE(2), 7);
  other.destroy();
});
