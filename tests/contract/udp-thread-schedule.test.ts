// What a UDP thread asks of the kernel's scheduler, read back from the kernel: short slices for that
// thread and for no other.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { release } from "node:os";
import process from "node:process";
import { after, describe, test } from "node:test";
import { openUdp } from "../../src/listener/open-udp.ts";
import { loadLibc } from "../../src/runtime/libc.ts";
import { askForShortSlices, SLICE_NS } from "../../src/runtime/linux/ask-for-short-slices.ts";
import { readSchedule } from "../../src/runtime/linux/schedule.ts";
import { selectRuntime } from "../../src/runtime/select.ts";
import { UdpAnswering, UdpClient } from "../udp-answering.ts";

const skip = process.platform === "linux" ? false : "the batched engine is for Linux";
const RESET_ON_FORK = 1;
const SCHED_OTHER = 0;
const ENOSYS = 38;
const opened: { close(): unknown }[] = [];
after(() => Promise.all(opened.map((each) => each.close())));

/** Linux has slices of a thread's own since 6.12. */
function hasSlices(): boolean {
  const [major, minor] = release().split(".").map(Number) as [number, number];
  return major > 6 || (major === 6 && minor >= 12);
}

describe("the schedule of a UDP thread", () => {
  test("has short slices, as many threads as there are, and no other has", { skip }, async () => {
    const libc = await loadLibc();
    const before = readSchedule(libc, 0)!;
    const set = new UdpAnswering();
    const threadCount = 2;
    const udp = await openUdp(
      {
        runtime: await selectRuntime(),
        engine: "batched",
        threadCount,
        answerer: set.settings,
        service: set.service,
        counters: set.counters,
        report: (message) => assert.fail(message),
      },
      [{ host: "127.0.0.1", port: 0 }],
    );
    opened.push(udp);
    const asker = await UdpClient.open("127.0.0.1");
    opened.push(asker);
    await asker.ask("localhost", 1, udp.bound[0]![0]!.port, "127.0.0.1");

    const threads = readdirSync("/proc/self/task").map((id) => readSchedule(libc, Number(id)));
    const marked = threads.filter((each) => (each?.flags ?? 0) & RESET_ON_FORK);
    assert.equal(marked.length, threadCount);
    for (const thread of marked) {
      assert.equal(thread!.policy, before.policy);
      assert.equal(thread!.nice, before.nice);
    }
    const short = threads.filter((each) => each?.sliceNs === SLICE_NS);
    assert.deepEqual(short, hasSlices() ? marked : []);
    const after = readSchedule(libc, 0)!;
    assert.deepEqual([after.sliceNs, after.flags], [before.sliceNs, before.flags]);
  });

  test("stays as it is where the kernel refuses", { skip }, async () => {
    const libc = await loadLibc();
    const calls: number[] = [];
    const refusing = {
      ...libc,
      syscall: (number: number): number => {
        calls.push(number);
        return -1;
      },
      errno: () => ENOSYS,
    };
    assert.equal(askForShortSlices(refusing), false);
    assert.equal(calls.length, 1, "what can't be read is not written");
    assert.equal(readSchedule(libc, 0)!.policy, SCHED_OTHER);
    assert.equal(readSchedule(libc, 0x3fffffff), undefined);
  });

  test("is left alone under a policy without slices", { skip }, async () => {
    const libc = await loadLibc();
    const SCHED_FIFO = 1;
    let calls = 0;
    const realtime = {
      ...libc,
      addressOf: (buffer: ArrayBuffer): number => {
        new Int32Array(buffer)[1] = SCHED_FIFO;
        return 0;
      },
      syscall: () => calls++,
    };
    assert.equal(askForShortSlices(realtime), false);
    assert.equal(calls, 1);
  });
});
