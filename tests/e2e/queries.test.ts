// What clients get from Hermod with Unbound behind it over TLS, seen by two independent clients.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { needs } from "./programs.ts";
import { ask, type ProgramResponse, type QueryProgram } from "./query-programs.ts";
import { ResolverPair } from "./resolver-pair.ts";
import {
  LARGE_RECORD_COUNT,
  MEDIUM_RECORD_COUNT,
  WWW_ADDRESS,
  WWW_IPV6_ADDRESS,
  ZONE,
} from "./zone.ts";

const skip = needs("kdig", "dig", "unbound", "openssl");
const PROGRAMS: readonly QueryProgram[] = ["kdig", "dig"];
type Get = (question: string) => Promise<ProgramResponse>;
let pair: ResolverPair;

before(async () => {
  if (skip === false) pair = await ResolverPair.start();
});
after(async () => {
  if (skip === false) await pair.stop();
});

/** The test is run for both programs, over UDP and TCP. */
function eachWay(name: string, check: (get: Get) => Promise<void>): void {
  for (const program of PROGRAMS) {
    for (const [transport, flag] of [
      ["UDP", "+notcp"],
      ["TCP", "+tcp"],
    ] as const) {
      test(`${name} (${program}, ${transport})`, { skip }, () => {
        return check((question) => ask(program, pair.hermod.dnsPort, `${question} ${flag}`));
      });
    }
  }
}

function rdataOf(response: ProgramResponse, type: string): string[] {
  return response.answer.filter((record) => record.type === type).map((record) => record.rdata);
}

describe("data", () => {
  eachWay("A and AAAA", async (get) => {
    const a = await get(`www.${ZONE} A`);
    assert.equal(a.status, "NOERROR", a.text);
    assert.deepEqual(rdataOf(a, "A"), [WWW_ADDRESS]);
    assert.deepEqual([...a.flags].sort(), ["qr", "ra", "rd"]);
    const aaaa = await get(`www.${ZONE} AAAA`);
    assert.deepEqual(rdataOf(aaaa, "AAAA"), [WWW_IPV6_ADDRESS], aaaa.text);
  });

  eachWay("TXT, MX and HTTPS as they were", async (get) => {
    const text = await get(`text.${ZONE} TXT`);
    assert.deepEqual(rdataOf(text, "TXT"), ['"one" "two words"'], text.text);
    const mail = await get(`mail.${ZONE} MX`);
    assert.deepEqual(rdataOf(mail, "MX"), [`10 www.${ZONE}.`], mail.text);
    const service = await get(`service.${ZONE} TYPE65`);
    assert.equal(service.answer.length, 1, service.text);
  });

  eachWay("a chain of CNAMEs in its order", async (get) => {
    const response = await get(`alias1.${ZONE} A`);
    const owners = response.answer.map((record) => record.owner.split(".")[0]);
    assert.deepEqual(owners, ["alias1", "alias2", "alias3", "www"], response.text);
    assert.deepEqual(rdataOf(response, "A"), [WWW_ADDRESS]);
  });

  eachWay("DNSSEC records only for those who ask for them", async (get) => {
    const plain = await get(`www.${ZONE} A`);
    assert.equal(rdataOf(plain, "RRSIG").length, 0, plain.text);
    const signed = await get(`www.${ZONE} A +dnssec`);
    assert.equal(rdataOf(signed, "RRSIG").length, 1, signed.text);
    assert.match(signed.text, /flags: do/);
  });

  test("the qname in the client's spelling throughout", { skip }, async () => {
    const response = await ask("dig", pair.hermod.dnsPort, `wWw.E2E.exAMple A`);
    assert.equal(response.qname, "wWw.E2E.exAMple", response.text);
    assert.equal(response.answer[0]?.owner, "wWw.E2E.exAMple.", response.text);
  });

  test("TTLs that go down", { skip }, async () => {
    const ttl = async (): Promise<number> => {
      const { answer } = await ask("kdig", pair.hermod.dnsPort, `ns.${ZONE} A`);
      return answer[0]!.ttl;
    };
    const first = await ttl();
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const second = await ttl();
    assert.ok(second <= first - 2 && second > first - 60, `${first}, then ${second}`);
  });
});

describe("negative responses", () => {
  eachWay("NXDOMAIN with the SOA", async (get) => {
    const response = await get(`nowhere.${ZONE} A`);
    assert.equal(response.status, "NXDOMAIN", response.text);
    assert.deepEqual(
      response.authority.map((record) => record.type),
      ["SOA"],
    );
  });

  eachWay("NODATA with the SOA", async (get) => {
    const response = await get(`text.${ZONE} A`);
    assert.equal(response.status, "NOERROR", response.text);
    assert.equal(response.answer.length, 0);
    assert.deepEqual(
      response.authority.map((record) => record.type),
      ["SOA"],
    );
  });

  eachWay("a CNAME to nowhere", async (get) => {
    const response = await get(`dangling.${ZONE} A`);
    assert.equal(response.status, "NXDOMAIN", response.text);
    assert.deepEqual(rdataOf(response, "CNAME"), [`nowhere.${ZONE}.`]);
  });

  test("are asked upstream once", { skip }, async () => {
    const name = `once.${ZONE}`;
    for (let i = 0; i < 3; i++) {
      const { status } = await ask("kdig", pair.hermod.dnsPort, `${name} A`);
      assert.equal(status, "NXDOMAIN");
    }
    assert.equal(pair.unbound.log.split(`${name}. A IN`).length - 1, 1);
  });
});

describe("sizes", () => {
  for (const program of PROGRAMS) {
    const get: Get = (question) => ask(program, pair.hermod.dnsPort, question);

    test(`TC over UDP, all of it over TCP (${program})`, { skip }, async () => {
      const cut = await get(`large.${ZONE} TXT +ignore +bufsize=4096`);
      assert.ok(cut.flags.has("tc"), cut.text);
      assert.equal(cut.answer.length, 0);
      const whole = await get(`large.${ZONE} TXT`);
      assert.ok(!whole.flags.has("tc"), whole.text);
      assert.equal(rdataOf(whole, "TXT").length, LARGE_RECORD_COUNT);
    });

    test(`what the client's buffer holds (${program})`, { skip }, async () => {
      const whole = await get(`medium.${ZONE} TXT +ignore +bufsize=1232`);
      assert.ok(!whole.flags.has("tc"), whole.text);
      assert.equal(rdataOf(whole, "TXT").length, MEDIUM_RECORD_COUNT);
      const cut = await get(`medium.${ZONE} TXT +ignore +bufsize=512`);
      assert.ok(cut.flags.has("tc"), cut.text);
      const without = await get(`medium.${ZONE} TXT +ignore +noedns`);
      assert.ok(without.flags.has("tc"), without.text);
      assert.doesNotMatch(without.text, /EDNS/);
    });
  }
});

describe("what is not asked upstream", () => {
  eachWay("RD=0: from the cache only", async (get) => {
    const name = `n${Math.random().toString(36).slice(2)}.many.${ZONE}`;
    const unknown = await get(`${name} A +norec`);
    assert.equal(unknown.status, "REFUSED", unknown.text);
    assert.equal((await get(`${name} A`)).status, "NOERROR");
    const known = await get(`${name} A +norec`);
    assert.equal(known.status, "NOERROR", known.text);
    assert.equal(known.answer.length, 1);
    assert.ok(!known.flags.has("rd"));
  });

  eachWay("ANY: the minimal answer", async (get) => {
    const response = await get(`www.${ZONE} ANY`);
    assert.equal(response.status, "NOERROR", response.text);
    assert.deepEqual(
      response.answer.map((record) => record.type),
      ["HINFO"],
    );
    assert.match(response.answer[0]!.rdata, /RFC8482/);
  });

  eachWay("class CH: refused", async (get) => {
    const response = await get("version.bind TXT CH");
    assert.equal(response.status, "REFUSED", response.text);
  });

  for (const program of PROGRAMS) {
    test(`zone transfers: refused (${program})`, { skip }, async () => {
      const response = await ask(program, pair.hermod.dnsPort, `${ZONE} AXFR`);
      assert.match(response.text, /REFUSED|[Tt]ransfer failed/);
      assert.equal(response.answer.length, 0);
    });
  }
});
