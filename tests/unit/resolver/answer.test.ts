import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as dnsPacket from "dns-packet";
import { lifetime } from "../../../src/cache/stored-response.ts";
import { monotonicSeconds } from "../../../src/clock/monotonic.ts";
import { addressToWords } from "../../../src/listener/address-words.ts";
import { PATH, TRANSPORT } from "../../../src/memory/counters.ts";
import { DROP, MISS } from "../../../src/resolver/answer.ts";
import { RESULT } from "../../../src/resolver/answer-context.ts";
import { failure } from "../../../src/resolver/response-judge.ts";
import { Answering } from "../../answering.ts";

type Decoded = dnsPacket.DecodedPacket;
interface QueryOptions {
  id?: number;
  flags?: number;
  type?: string;
  class?: string;
  opcode?: number;
  edns?: Record<string, unknown> | undefined;
}

const AD = dnsPacket.AUTHENTIC_DATA;
const CD = dnsPacket.CHECKING_DISABLED;
const RD = dnsPacket.RECURSION_DESIRED;

function query(name: string, options: QueryOptions = {}): Uint8Array {
  const { id = 4711, flags = RD, type = "A", edns } = options;
  const packet = {
    type: "query",
    id,
    flags: flags | ((options.opcode ?? 0) << 11),
    questions: [{ type, name, class: options.class ?? "IN" }],
    additionals: edns === undefined ? [] : [{ type: "OPT", name: ".", options: [], ...edns }],
  };
  return new Uint8Array(dnsPacket.encode(packet as unknown as dnsPacket.Packet));
}

function response(
  name: string,
  answers: unknown[],
  extra: Record<string, unknown> = {},
): Uint8Array {
  const packet = {
    type: "response",
    id: 0,
    flags: RD | dnsPacket.RECURSION_AVAILABLE,
    questions: [{ type: "A", name }],
    answers,
    ...extra,
  };
  return new Uint8Array(dnsPacket.encode(packet as unknown as dnsPacket.Packet));
}

function decode(bytes: Uint8Array | number): Decoded {
  assert.ok(bytes instanceof Uint8Array, `expected a response, got ${bytes}`);
  return dnsPacket.decode(Buffer.from(bytes));
}

const rcodeOf = (bytes: Uint8Array | number): number =>
  decode(bytes) && (bytes as Uint8Array)[3]! & 15;
const flagsOf = (bytes: Uint8Array): number => (bytes[2]! << 8) | bytes[3]!;
const addresses = (packet: Decoded): unknown[] =>
  packet.answers!.map((answer) => (answer as { data: unknown }).data);
const optOf = (packet: Decoded): Record<string, unknown> =>
  packet.additionals!.find((r) => r.type === "OPT") as unknown as Record<string, unknown>;
const optionCodes = (packet: Decoded): number[] =>
  (optOf(packet)["options"] as { code: number }[]).map((option) => option.code);

const A = (name: string, data: string, ttl = 300): unknown => ({ type: "A", name, data, ttl });

describe("answer(): what is not a query", () => {
  test("less than a header and QR=1 are dropped", () => {
    const { answer } = bound(new Answering());
    assert.equal(answer(new Uint8Array(11)), DROP);
    const reply = query("example.com");
    reply[2]! |= 0x80;
    assert.equal(answer(reply), DROP);
  });

  test("an opcode other than QUERY is not implemented", () => {
    const { answer } = bound(new Answering());
    assert.equal(rcodeOf(answer(query("example.com", { opcode: 4 }))), 4);
  });

  test("a broken question gets FORMERR and a header without it", () => {
    const { answer } = bound(new Answering());
    const broken = query("example.com");
    broken[12] = 0xc0;
    const reply = answer(broken) as Uint8Array;
    assert.equal(reply.length, 12);
    assert.equal(rcodeOf(reply), 1);
    assert.equal(decode(reply).id, 4711);
  });

  test("EDNS version 1 gets BADVERS in an OPT of version 0", () => {
    const { answer } = bound(new Answering());
    const reply = decode(answer(query("example.com", { edns: { ednsVersion: 1 } })));
    assert.equal(optOf(reply)["extendedRcode"], 1);
    assert.equal(optOf(reply)["ednsVersion"], 0);
  });

  test("a COOKIE without a question gets a server cookie", () => {
    const { answer } = bound(new Answering());
    const packet = query("example.com", { edns: { options: [cookie()] } });
    const withoutQuestion = Uint8Array.from([...packet.subarray(0, 12), ...packet.subarray(29)]);
    withoutQuestion[5] = 0;
    const reply = decode(answer(withoutQuestion));
    assert.equal(reply.questions!.length, 0);
    assert.equal(rcodeOf(answer(withoutQuestion)), 0);
    assert.deepEqual(optionCodes(reply), [10]);
  });
});

function cookie(): unknown {
  return { code: 10, data: Buffer.from("0102030405060708", "hex") };
}

function bound(set: Answering): { set: Answering; answer: Answering["answer"] } {
  return { set, answer: set.answer.bind(set) };
}

describe("answer(): what is refused", () => {
  test("clients outside the access list, with the reason", () => {
    const { set, answer } = bound(new Answering());
    set.client.address.set(addressToWords("203.0.113.1"));
    const reply = answer(query("localhost", { edns: {} }));
    assert.equal(rcodeOf(reply), 5);
    assert.deepEqual(optionCodes(decode(reply)), [15]);
  });

  for (const type of ["AXFR", "IXFR", "TSIG", "TKEY", "UNKNOWN_0"]) {
    test(`qtype ${type}`, () => {
      const { answer } = bound(new Answering());
      assert.equal(rcodeOf(answer(query("example.com", { type }))), 5);
    });
  }

  test("class CH", () => {
    const { answer } = bound(new Answering());
    assert.equal(rcodeOf(answer(query("version.bind", { type: "TXT", class: "CH" }))), 5);
  });

  test("RD=0 when the answer is not known; what is known is given", () => {
    const { set, answer } = bound(new Answering());
    assert.equal(rcodeOf(answer(query("example.com", { flags: 0 }))), 5);
    set.keep(query("example.com"), response("example.com", [A("example.com", "192.0.2.1")]));
    assert.equal(rcodeOf(answer(query("example.com", { flags: 0 }))), 0);
  });
});

describe("answer(): special-use names", () => {
  const cases: [string, string, number, unknown][] = [
    ["localhost", "A", 0, ["127.0.0.1"]],
    ["printer.localhost", "AAAA", 0, ["::1"]],
    ["localhost", "MX", 0, []],
    ["1.0.0.127.in-addr.arpa", "PTR", 0, ["localhost"]],
    ["2.0.0.127.in-addr.arpa", "PTR", 3, []],
    ["4.3.2.10.in-addr.arpa", "PTR", 3, []],
    ["1.16.172.in-addr.arpa", "PTR", 3, []],
    ["1.100.100.in-addr.arpa", "PTR", 3, []],
    ["1.0.168.192.in-addr.arpa", "PTR", 3, []],
    [`1.${"0.".repeat(31)}ip6.arpa`, "PTR", 0, ["localhost"]],
    ["1.d.f.ip6.arpa", "PTR", 3, []],
    ["abc.onion", "A", 3, []],
    ["x.y.test", "A", 3, []],
    ["foo.invalid", "A", 3, []],
    ["printer.local", "A", 3, []],
    ["router.home.arpa", "A", 3, []],
    ["_dns.resolver.arpa", "SRV", 0, []],
  ];
  for (const [name, type, rcode, data] of cases) {
    test(`${name} ${type}`, () => {
      const { set, answer } = bound(new Answering());
      const reply = answer(query(name, { type }));
      assert.equal(rcodeOf(reply), rcode);
      const packet = decode(reply);
      assert.deepEqual(addresses(packet), data);
      const soa = packet.authorities!.map((record) => record.type);
      assert.deepEqual(soa, (data as unknown[]).length === 0 ? ["SOA"] : []);
      assert.equal(set.answerer.context.result[RESULT.path], PATH.local);
    });
  }

  test("names that only look like them are not answered here", () => {
    const { answer } = bound(new Answering());
    const strangers = ["localhost.example", "1.172.in-addr.arpa", "15.172.in-addr.arpa", "arpa"];
    for (const name of [...strangers, "notonion", "xtest", "63.100.in-addr.arpa", "."]) {
      assert.equal(answer(query(name, { type: "PTR" })), MISS, name);
    }
  });

  test("DS for home.arpa itself goes upstream, other types do not", () => {
    const { answer } = bound(new Answering());
    assert.equal(answer(query("home.arpa", { type: "DS" })), MISS);
    assert.equal(rcodeOf(answer(query("home.arpa", { type: "A" }))), 0);
    assert.equal(rcodeOf(answer(query("x.home.arpa", { type: "DS" }))), 3);
  });

  test("the client's spelling is kept, and the SOA's owner is the zone", () => {
    const { answer } = bound(new Answering());
    const packet = decode(answer(query("Foo.InVaLiD")));
    assert.equal(packet.questions![0]!.name, "Foo.InVaLiD");
    assert.equal(packet.authorities![0]!.name, "InVaLiD");
  });

  test("ANY gets the minimal HINFO", () => {
    const { answer } = bound(new Answering());
    const packet = decode(answer(query("example.com", { type: "ANY" })));
    assert.deepEqual(addresses(packet), [{ cpu: "RFC8482", os: "" }]);
  });
});

describe("answer(): cache hits", () => {
  test("ID, RD, CD and spelling are the client's; TTLs age", () => {
    const { set, answer } = bound(new Answering());
    const records = [A("example.com", "192.0.2.1", 300), A("example.com", "192.0.2.2", 300)];
    set.keep(query("example.com"), response("example.com", records));
    set.now += 100;
    const reply = answer(query("eXaMpLe.CoM", { id: 99 })) as Uint8Array;
    const packet = decode(reply);
    assert.equal(packet.id, 99);
    assert.equal(packet.questions![0]!.name, "eXaMpLe.CoM");
    assert.deepEqual(
      packet.answers!.map((a) => a.name),
      ["eXaMpLe.CoM", "eXaMpLe.CoM"],
    );
    const ttls = packet.answers!.map((a) => (a as { ttl: number }).ttl);
    assert.ok(
      ttls.every((ttl) => ttl >= 199 && ttl <= 201),
      `TTLs are ${ttls}`,
    );
    assert.equal(flagsOf(reply) & 0x8180, 0x8180);
    assert.ok(set.answerer.context.result[RESULT.ttlSeconds]! >= 199);
    assert.equal(set.answerer.context.result[RESULT.path], PATH.hit);
  });

  test("after its lifetime an entry is a miss", () => {
    const { set, answer } = bound(new Answering());
    set.keep(query("example.com"), response("example.com", [A("example.com", "192.0.2.1", 30)]));
    set.now += 29;
    assert.equal(rcodeOf(answer(query("example.com"))), 0);
    set.now += 2;
    assert.equal(answer(query("example.com")), MISS);
  });

  test("DO, CD, type and answer set have entries of their own", () => {
    const { set, answer } = bound(new Answering());
    set.keep(query("example.com"), response("example.com", [A("example.com", "192.0.2.1")]));
    assert.equal(answer(query("example.com", { edns: { flags: dnsPacket.DNSSEC_OK } })), MISS);
    assert.equal(answer(query("example.com", { flags: RD | CD })), MISS);
    assert.equal(answer(query("example.com", { type: "AAAA" })), MISS);
    set.client.answerSet = 7;
    assert.equal(answer(query("example.com")), MISS);
  });

  test("AD goes to clients that ask for it, from an authenticated upstream only", () => {
    const { set, answer } = bound(new Answering());
    const signed = response("a.example", [A("a.example", "192.0.2.1")], { flags: RD | AD });
    set.keep(query("a.example"), signed, true);
    assert.equal(flagsOf(answer(query("a.example")) as Uint8Array) & AD, 0);
    assert.equal(flagsOf(answer(query("a.example", { flags: RD | AD })) as Uint8Array) & AD, AD);
    const unverified = response("b.example", [A("b.example", "192.0.2.1")], { flags: RD | AD });
    set.keep(query("b.example"), unverified, false);
    assert.equal(flagsOf(answer(query("b.example", { flags: RD | AD })) as Uint8Array) & AD, 0);
  });

  test("a remembered failure is answered with its reason, while it lasts", () => {
    const { set, answer } = bound(new Answering());
    set.keepFailure(query("f.example"), failure(22, "no upstream answered in time"));
    const reply = answer(query("f.example", { edns: {} }));
    assert.equal(rcodeOf(reply), 2);
    assert.deepEqual(optionCodes(decode(reply)), [15]);
    set.now += 1;
    assert.equal(answer(query("f.example")), MISS);
  });

  test("a stale answer is better than a remembered failure", async () => {
    const { set, answer } = bound(new Answering());
    set.keep(query("s.example"), response("s.example", [A("s.example", "192.0.2.9", 1)]));
    const start = set.now;
    while (monotonicSeconds() < start + 2) await new Promise((resolve) => setTimeout(resolve, 50));
    set.keepFailure(query("s.example"), failure(22, "no upstream answered in time"));
    const packet = decode(answer(query("s.example", { edns: {} })));
    assert.deepEqual(addresses(packet), ["192.0.2.9"]);
    assert.equal((packet.answers![0] as { ttl: number }).ttl, 30);
    assert.deepEqual(optionCodes(packet), [15]);
    assert.equal(set.answerer.context.result[RESULT.path], PATH.stale);
  });

  test("failures in a row are remembered longer each time, 5 minutes at most", () => {
    const { set } = bound(new Answering());
    const lifetimes = Array.from({ length: 11 }, () => {
      set.keepFailure(query("f.example"), failure(22, ""));
      return lifetime(set.store.buffer.words, 0);
    });
    assert.deepEqual(lifetimes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });
});

describe("answer(): EDNS and size", () => {
  const many = (count: number): Uint8Array =>
    response(
      "big.example",
      Array.from({ length: count }, (_, i) => A("big.example", `192.0.2.${i}`)),
    );

  test("without EDNS 512 bytes, with it the client's size, never over 1232", () => {
    const { set, answer } = bound(new Answering());
    set.keep(query("big.example"), many(100));
    const plain = answer(query("big.example")) as Uint8Array;
    assert.equal(flagsOf(plain) & 0x0200, 0x0200);
    assert.equal(decode(plain).answers!.length, 0);
    assert.equal(set.answerer.context.result[RESULT.truncated], 1);
    const wide = answer(query("big.example", { edns: { udpPayloadSize: 4096 } })) as Uint8Array;
    assert.equal(flagsOf(wide) & 0x0200, 0x0200);
    assert.ok(wide.length <= 1232);
    set.keep(query("big.example"), many(60));
    const fits = answer(query("big.example", { edns: { udpPayloadSize: 1232 } })) as Uint8Array;
    assert.equal(decode(fits).answers!.length, 60);
  });

  test("over TCP there is no TC", () => {
    const { set, answer } = bound(new Answering());
    set.keep(query("big.example"), many(200));
    set.client.transport = TRANSPORT.tcp;
    assert.equal(decode(answer(query("big.example"))).answers!.length, 200);
  });

  test("cookie, keepalive and padding come only where they belong", () => {
    const { set, answer } = bound(new Answering());
    set.keep(query("example.com"), response("example.com", [A("example.com", "192.0.2.1")]));
    const options = [
      cookie(),
      { code: 11, data: Buffer.alloc(0) },
      { code: 12, data: Buffer.alloc(8) },
    ];
    const full = query("example.com", { edns: { options } });
    assert.deepEqual(optionCodes(decode(answer(full))), [10]);
    set.client.transport = TRANSPORT.tcp;
    assert.deepEqual(optionCodes(decode(answer(full))), [10, 11]);
    set.client.transport = TRANSPORT.dot;
    const padded = answer(full) as Uint8Array;
    assert.deepEqual(optionCodes(decode(padded)), [10, 11, 12]);
    assert.equal(padded.length % 468, 0);
  });

  test("EDE text gives way before the answer does", () => {
    const { set, answer } = bound(new Answering());
    const text = "x".repeat(400);
    set.keepFailure(query("f.example"), failure(22, text));
    const narrow = answer(query("f.example", { edns: { udpPayloadSize: 512 } })) as Uint8Array;
    assert.ok(narrow.length <= 512);
    set.keepFailure(query(`${"y".repeat(60)}.example`), failure(22, "z".repeat(480)));
    const cut = answer(
      query(`${"y".repeat(60)}.example`, { edns: { udpPayloadSize: 512 } }),
    ) as Uint8Array;
    assert.equal(flagsOf(cut) & 0x0200, 0);
    assert.deepEqual(optionCodes(decode(cut)), [15]);
  });
});
