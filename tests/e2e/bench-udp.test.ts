// The two ways in which `hermod bench` sends over UDP, against the same server: the same load comes to
// the same counts.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BatchedUdp } from "../../src/commands/bench/batched-udp.ts";
import { parseExpectedRcodes } from "../../src/commands/bench/expected-rcodes.ts";
import { PortableUdp } from "../../src/commands/bench/portable-udp.ts";
import { QuestionBook } from "../../src/commands/bench/question-book.ts";
import { WarmUpPicker } from "../../src/commands/bench/question-picker.ts";
import { GeneratedQuestions } from "../../src/commands/bench/question-set.ts";
import { ClosedSchedule } from "../../src/commands/bench/schedule.ts";
import { Tally } from "../../src/commands/bench/tally.ts";
import { Traffic } from "../../src/commands/bench/traffic.ts";
import type { Transport } from "../../src/commands/bench/transport.ts";
import type { Endpoint } from "../../src/runtime/contract.ts";
import { loadLibc } from "../../src/runtime/libc.ts";
import { selectRuntime } from "../../src/runtime/select.ts";
import { textToName } from "../../src/wire/name-text.ts";
import { freePort } from "./free-port.ts";
import { Hermod } from "./hermod-process.ts";

const QUERIES = 3000;
const CONNECTIONS = 3;
const WINDOW = 20;
/** Names below it are answered with no upstream. */
const ZONE = textToName("localhost");
const timeout = 60_000;

const skip = process.platform === "linux" ? false : "the batched sockets need Linux";

let hermod: Hermod;
let server: Endpoint;

before(async () => {
  hermod = await Hermod.start({ upstreams: [`udp://127.0.0.1:${await freePort()}`] });
  server = { host: "127.0.0.1", port: hermod.dnsPort };
});
after(() => hermod.stop());

function traffic(expected: string): Traffic {
  return new Traffic({
    schedule: new ClosedSchedule(WINDOW, Infinity, QUERIES),
    picker: new WarmUpPicker(),
    book: new QuestionBook([new GeneratedQuestions("h", ZONE, QUERIES)]),
    tally: new Tally(1),
    expectedRcodes: parseExpectedRcodes(expected),
    timeoutMs: 10_000,
  });
}

/** Twice over the same sockets: all is right, then all is wrong. */
async function check(transport: Transport): Promise<void> {
  try {
    for (const [rcode, expected] of [
      ["NOERROR", [QUERIES, QUERIES, 0, 0]],
      ["REFUSED", [QUERIES, 0, QUERIES, 0]],
    ] as const) {
      const run = traffic(`hit=${rcode}`);
      await transport.run(run);
      const { answered, failed, lost, sent } = run.tally;
      assert.deepEqual([sent, answered, failed, lost], expected);
      assert.equal(run.inFlight, 0);
    }
    assert.equal(transport.sendFailures, 0);
  } finally {
    transport.close();
  }
}

describe("UDP", () => {
  test("by the runtime's own sockets", { timeout }, async () => {
    await check(await PortableUdp.open(await selectRuntime(), server, CONNECTIONS));
  });

  test("by the batched sockets", { skip, timeout }, async () => {
    await check(new BatchedUdp(await loadLibc(), server, CONNECTIONS));
  });
});
