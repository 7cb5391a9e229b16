// The query sent upstream, byte for byte.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildQuery } from "../../../src/wire/build-query.ts";
import { QueryView, READ, readQuery } from "../../../src/wire/query-view.ts";
import { toHex, wire } from "./compose.ts";

const QUESTION = { qname: wire("a.test."), qtype: 28, qclass: 1 };
const NONE = { dnssecOk: false, cd: false, ad: false, rd: false, udpSize: 1232 };

describe("buildQuery", () => {
  test("writes header, question and OPT record", () => {
    const query = buildQuery(QUESTION, { ...NONE, rd: true, ad: true, id: 0xbeef });
    const header = "beef" + "0120" + "0001" + "0000" + "0000" + "0001";
    const question = "0161" + "0474657374" + "00" + "001c" + "0001";
    assert.equal(toHex(query), header + question + "00" + "0029" + "04d0" + "00000000" + "0000");
  });

  test("sets each flag by itself, and ID 0 unless told otherwise", () => {
    const flags = (options: Partial<typeof NONE>) =>
      toHex(buildQuery(QUESTION, { ...NONE, ...options }).subarray(0, 4));
    assert.equal(flags({}), "00000000");
    assert.equal(flags({ rd: true }), "00000100");
    assert.equal(flags({ ad: true }), "00000020");
    assert.equal(flags({ cd: true }), "00000010");
    const view = new QueryView();
    const query = buildQuery(QUESTION, { ...NONE, dnssecOk: true, udpSize: 4096 });
    assert.equal(readQuery(query, 0, query.length, view), READ.OK);
    assert.deepEqual([view.dnssecOk, view.udpSize, view.flags], [1, 4096, 0]);
  });
});
