// Everything behind a UDP listener, over shared memory: what threads answer from, the service on the
// main thread with upstreams that the test scripts, and clients to ask with.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import * as dnsPacket from "dns-packet";
import { CacheKey } from "../src/cache/cache-key.ts";
import { createCacheMemory } from "../src/cache/cache-memory.ts";
import { CacheReader } from "../src/cache/cache-reader.ts";
import { CacheWriter } from "../src/cache/cache-writer.ts";
import { timers } from "../src/clock/timing-wheel.ts";
import { type AnswererSettings, createAnswerer } from "../src/resolver/create-answerer.ts";
import { Counters } from "../src/memory/counters.ts";
import { keepaliveValue } from "../src/resolver/finish-response.ts";
import { QueryService } from "../src/resolver/query-service.ts";
import { Resolver } from "../src/resolver/resolve.ts";
import { ResponseStore } from "../src/resolver/response-store.ts";
import { encode, ScriptedGroup } from "./scripted-group.ts";

const LOOPBACK = [
  { bytes: Uint8Array.of(...Array<number>(10).fill(0), 255, 255, 127, 0, 0, 0), prefixLength: 104 },
  { bytes: Uint8Array.of(...Array<number>(15).fill(0), 1), prefixLength: 128 },
];
const WAIT_MS = 1000;
const MAX_READERS = 4;

export interface QueryOptions {
  readonly id: number;
  /** Sends the client's part of one along. */
  readonly cookie?: boolean;
}

/** A query for A. */
export function queryFor(name: string, { id, cookie = false }: QueryOptions): Uint8Array {
  const options = cookie ? [{ code: 10, data: Buffer.from("01234567") }] : [];
  const additionals = [{ type: "OPT", name: ".", udpPayloadSize: 1232, options }];
  const questions = [{ type: "A", name }];
  return encode({ type: "query", id, flags: 0x100, questions, additionals });
}

export const answerOf = (name: string): unknown => {
  return { type: "A", name, ttl: 300, data: "192.0.2.1" };
};

export class UdpAnswering {
  readonly settings: AnswererSettings = {
    cache: createCacheMemory({ capacityBytes: 4 << 20, shared: true, maxReaders: MAX_READERS }),
    keySecret: Uint32Array.of(0x01234567, 0x89abcdef),
    cookieSecret: new Uint8Array(16),
    networks: LOOPBACK,
    keepalive: keepaliveValue(30_000),
  };
  readonly group: ScriptedGroup = new ScriptedGroup();
  /** The main thread's. */
  readonly counters: Counters = new Counters();
  readonly service: QueryService;

  constructor() {
    const { cache, keySecret } = this.settings;
    const answerer = createAnswerer(this.settings);
    const store = new ResponseStore({
      key: new CacheKey(keySecret),
      reader: new CacheReader(cache),
      writer: new CacheWriter(cache),
      ttlRules: { minTtlSeconds: 0, maxTtlSeconds: 86_400, maxNegativeTtlSeconds: 10_800 },
    });
    const resolver = new Resolver({
      answerer,
      store,
      upstream: this.group,
      timers,
      counters: this.counters,
      waitMs: WAIT_MS,
      waitersPerQuestion: 1000,
      waitersPerClient: 1000,
    });
    this.service = new QueryService(answerer, resolver, this.counters);
  }

  /** Answers what is asked of the upstreams, as soon as it is asked: every name has one address. */
  answerAll(): void {
    const ask = this.group.ask.bind(this.group);
    this.group.ask = (query, timeoutMs, judge) => {
      const asked = ask(query, timeoutMs, judge);
      const index = this.group.asked.length - 1;
      const name = this.group.asked[index]!.query.questions![0]!.name;
      setImmediate(() => this.group.respond(index, { answers: [answerOf(name)] }));
      return asked;
    };
  }
}

export interface Heard {
  readonly packet: dnsPacket.DecodedPacket;
  readonly from: RemoteInfo;
}

/** A client's socket, which remembers what it hears. */
export class UdpClient {
  readonly heard: Heard[] = [];
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("message", (bytes, from) => {
      this.heard.push({ packet: dnsPacket.decode(bytes), from });
    });
  }

  static async open(address: string): Promise<UdpClient> {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    return new UdpClient(socket);
  }

  send(bytes: Uint8Array, port: number, address: string): void {
    this.socket.send(bytes, port, address);
  }

  /** The response with this ID, as soon as it is there. */
  async response(id: number, patienceMs = 10_000): Promise<Heard> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const found = this.heard.find(({ packet }) => packet.id === id);
      if (found !== undefined) return found;
      if (performance.now() > end) throw new Error(`no response with ID ${id}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async ask(name: string, id: number, port: number, address: string): Promise<Heard> {
    this.send(queryFor(name, { id }), port, address);
    return await this.response(id);
  }

  close(): void {
    this.socket.close();
  }
}
