// The switches reach the rooms that they are for.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { temporaryFile } from "../../e2e/temporary-folder.ts";
import { loadSettings } from "../../../src/config/load.ts";
import type { Settings } from "../../../src/config/settings.ts";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import { LINE_WORDS } from "../../../src/memory/line-words.ts";
import { TRANSPORT } from "../../../src/memory/counters.ts";
import { WordBuffer } from "../../../src/memory/word-buffer.ts";
import { MISS } from "../../../src/resolver/answer.ts";
import { AssemblingAnswerer } from "../../../src/resolver/assembling-answerer.ts";
import { ClientRow } from "../../../src/resolver/client-row.ts";
import { InFlight } from "../../../src/resolver/in-flight.ts";
import { optimisationsOff, streamHabits } from "../../../src/server/optimisations.ts";
import { createTables } from "../../../src/server/tables.ts";
import { storedAt } from "../../../src/cache/stored-response.ts";
import { ALL_HABITS } from "../../../src/upstream/stream-habits.ts";
import { addressToWords } from "../../../src/listener/address-words.ts";
import { normalizeResponse } from "../../../src/wire/normalize-response.ts";
import { encode } from "../../scripted-group.ts";

function without(...names: string[]): Promise<Settings> {
  const text = `experimental: {${names.map((name) => `${name}: false`).join(", ")}}\n`;
  const configFile = temporaryFile("hermod.yaml", text);
  return loadSettings({ configFile, environment: {}, flags: {} });
}

describe("the tables", () => {
  test("have padded rows and finished responses unless told otherwise", async () => {
    const all = createTables(await without());
    assert.equal(all.answererSettings.cache.lineWords, LINE_WORDS);
    assert.ok(!(all.answerer instanceof AssemblingAnswerer));
    assert.equal(all.answererSettings.copiesWords, true);
    const none = createTables(await without("paddedRows", "finishedResponses", "wordCopies"));
    assert.equal(none.answererSettings.cache.lineWords, 1);
    assert.ok(none.answerer instanceof AssemblingAnswerer);
    assert.equal(none.answererSettings.copiesWords, false);
  });

  for (const [off, isKept] of [
    [[], true],
    [["negativeCaching"], false],
  ] as const) {
    test(`keep NXDOMAIN: ${isKept}`, async () => {
      const { answerer, answererSettings, store } = createTables(await without(...off));
      const questions = [{ type: "A", name: "absent.example" }];
      const query = encode({ type: "query", id: 1, flags: 0x100, questions });
      const client = new ClientRow();
      client.transport = TRANSPORT.udp;
      client.address.set(addressToWords("127.0.0.1"));
      const out = new WordBuffer(1232);
      const answer = (): number =>
        answerer.answer(query, 0, query.length, out, 0, out.bytes.length, client);
      assert.equal(answer(), MISS);
      const key = new CacheKey(answererSettings.keySecret);
      const qname = Uint8Array.from([6, ...Buffer.from("absent"), 7, ...Buffer.from("example"), 0]);
      key.set(qname, 0, qname.length, 1, 1, 0);
      const question = new InFlight(key);
      const data = { mname: "ns.example", rname: "a.example", serial: 1, minimum: 30 };
      const authorities = [{ type: "SOA", name: "example", ttl: 60, data }];
      const response = encode({ flags: 0x183, questions, authorities });
      const normalized = normalizeResponse(response, question, { authenticated: true });
      assert.ok(typeof normalized !== "string");
      store.keep(question, normalized);
      client.nowSeconds = storedAt(store.buffer.words, 0);
      assert.equal(answer() !== MISS, isKept);
    });
  }
});

test("upstream connections have every habit but those that are off", async () => {
  assert.deepEqual(streamHabits(await without()), ALL_HABITS);
  const names = {
    joinedQueries: "joinsQueries",
    pipelining: "pipelines",
    connectionReuse: "reuses",
    sessionResumption: "resumesSessions",
  };
  for (const [name, habit] of Object.entries(names)) {
    const settings = await without(name);
    assert.deepEqual(streamHabits(settings), { ...ALL_HABITS, [habit]: false });
    assert.deepEqual(optimisationsOff(settings), [name]);
  }
});
