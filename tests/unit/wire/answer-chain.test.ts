// The chain of aliases: followed in any order, bounded, and never in a circle.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TYPE } from "../../../src/wire/constants.ts";
import { normalizeResponse } from "../../../src/wire/normalize-response.ts";
import { hex, record, response, rrsigRdata, soaRdata, wire } from "./compose.ts";
import { normalized, question, recordLines } from "./normalized.ts";

const a = (owner: string, ttl = 60) => record(owner, TYPE.A, hex("c0000201"), ttl);
const cname = (owner: string, target: string) => record(owner, TYPE.CNAME, wire(target), 60);
const dname = (owner: string, target: string) => record(owner, TYPE.DNAME, wire(target), 60);

/** The lines of what is kept of the answers to a question for "q.", without section and TTL. */
function kept(answers: Uint8Array[], qtype: number = TYPE.A, qname = "q."): string[] {
  const bytes = response({ qname, qtype, answers });
  const lines = recordLines(normalized(bytes, question(qname, qtype)).bytes);
  return lines.map((line) => line.replace(/^answer | 60$/g, ""));
}

function isRefused(answers: Uint8Array[]): boolean {
  const bytes = response({ qname: "q.", answers });
  return normalizeResponse(bytes, question("q."), { authenticated: false }) === "chain";
}

describe("the chain of aliases", () => {
  test("is followed whatever the order of the records, which stays", () => {
    const records = [a("c."), cname("b.", "C."), cname("Q.", "b.")];
    assert.deepEqual(kept(records), ["c. A", "b. CNAME", "q. CNAME"]);
  });

  test("has at most 16 links", () => {
    const links = (count: number) =>
      Array.from({ length: count }, (_, i) => cname(i === 0 ? "q." : `n${i}.`, `n${i + 1}.`));
    assert.equal(kept([...links(16), a("n16.")]).length, 17);
    assert.ok(isRefused([...links(17), a("n17.")]));
  });

  test("does not lead back", () => {
    assert.ok(isRefused([cname("q.", "q.")]));
    assert.ok(isRefused([cname("q.", "b."), cname("b.", "Q.")]));
    assert.ok(isRefused([cname("q.", "b."), cname("b.", "c."), cname("c.", "b.")]));
  });

  test("ends where there is data, even next to an alias", () => {
    assert.deepEqual(kept([a("q."), cname("q.", "b."), a("b.")]), ["q. A"]);
    assert.deepEqual(kept([a("q."), cname("q.", "q.")]), ["q. A"]);
  });

  test("goes by the first of several aliases", () => {
    const records = [cname("q.", "b."), cname("q.", "c."), a("c."), a("b.")];
    assert.deepEqual(kept(records), ["q. CNAME", "b. A"]);
  });

  test("is not followed when the alias itself is asked for, or anything", () => {
    const records = [cname("q.", "b."), cname("b.", "q."), a("b.")];
    assert.deepEqual(kept(records, TYPE.CNAME), ["q. CNAME"]);
    assert.deepEqual(kept(records, TYPE.ANY), ["q. CNAME"]);
  });

  test("that ends without data is kept, and the response is negative", () => {
    const soa = record("b.", TYPE.SOA, soaRdata("ns.", "root.", 60));
    for (const [flags, kind] of [
      [0x8180, "nodata"],
      [0x8183, "nxdomain"],
    ] as const) {
      const bytes = response({
        ...{ flags, qname: "q." },
        answers: [cname("q.", "a.b."), a("x.")],
        authorities: [soa],
      });
      const result = normalized(bytes, question("q."));
      assert.equal(result.kind, kind);
      assert.deepEqual(recordLines(result.bytes), ["answer q. CNAME 60", "authority b. SOA 60"]);
    }
  });

  test("has no data at its end when the name is denied", () => {
    const bytes = response({ flags: 0x8183, qname: "q.", answers: [cname("q.", "b."), a("b.")] });
    const result = normalized(bytes, question("q."));
    assert.deepEqual([result.kind, result.ttlSeconds], ["nxdomain", 0]);
    assert.deepEqual(recordLines(result.bytes), ["answer q. CNAME 60"]);
  });
});

describe("a DNAME", () => {
  const qname = "www.old.test.";
  const alias = cname(qname, "www.new.test.");
  const end = a("www.new.test.");
  const signature = (owner: string) =>
    record(owner, TYPE.RRSIG, rrsigRdata(TYPE.DNAME, "test."), 60);

  test("is kept with the CNAME made from it and with its signature", () => {
    const records = [dname("OLD.test.", "new.test."), signature("old.test."), alias, end];
    assert.deepEqual(kept(records, TYPE.A, qname), [
      "old.test. DNAME",
      "old.test. RRSIG",
      `${qname} CNAME`,
      "www.new.test. A",
    ]);
  });

  test("is kept when the CNAME is what was asked for", () => {
    const records = [dname("old.test.", "new.test."), alias];
    for (const qtype of [TYPE.CNAME, TYPE.ANY]) {
      assert.deepEqual(kept(records, qtype, qname), ["old.test. DNAME", `${qname} CNAME`]);
    }
  });

  test("may lead to the root or from it", () => {
    const toRoot = [dname("old.test.", "."), cname(qname, "www."), a("www.")];
    assert.equal(kept(toRoot, TYPE.A, qname).length, 3);
    const fromRoot = [dname(".", "x."), cname("q.", "q.x."), a("q.x.")];
    assert.equal(kept(fromRoot).length, 3);
  });

  test("is foreign when no alias of the chain was made from it", () => {
    const others = [
      dname("old.test.", "other.test."),
      dname("test.", "new.test."),
      dname(qname, "new.test."),
      dname("w.old.test.", "new.test."),
      dname("other.test.", "new.test."),
      signature("other.test."),
    ];
    const lines = [`${qname} CNAME`, "www.new.test. A"];
    for (const other of others) assert.deepEqual(kept([other, alias, end], TYPE.A, qname), lines);
  });

  test("is foreign when there is data where its CNAME is", () => {
    const records = [dname("old.test.", "new.test."), alias, a(qname), end];
    assert.deepEqual(kept(records, TYPE.A, qname), [`${qname} A`]);
  });

  test("without its CNAME leads nowhere", () => {
    assert.deepEqual(kept([dname("old.test.", "new.test."), end], TYPE.A, qname), []);
  });

  test("is data like any other when it is asked for", () => {
    const records = [dname("old.test.", "new.test."), a("old.test.")];
    assert.deepEqual(kept(records, TYPE.DNAME, "old.test."), ["old.test. DNAME"]);
  });
});
