// Reading a query in place.

import assert from "node:assert/strict";
import { buildQuery } from "../../../src/wire/build-query.ts";
import { textToName } from "../../../src/wire/name-text.ts";
import { QueryView, READ, readQuery } from "../../../src/wire/query-view.ts";
import type { HotCase } from "../hot-case.ts";

export const title = "wire: read a query";

export function cases(): readonly HotCase[] {
  const question = { qname: textToName("www.example.com"), qtype: 1, qclass: 1 };
  const options = { dnssecOk: false, cd: false, ad: true, rd: true, udpSize: 1232 };
  const query = buildQuery(question, options);
  const view = new QueryView();
  assert.equal(readQuery(query, 0, query.length, view), READ.OK);
  assert.equal(view.qtype, 1);
  assert.equal(view.hasEdns, 1);
  return [
    {
      name: "www.example.com A with EDNS",
      run: () => readQuery(query, 0, query.length, view),
    },
  ];
}
