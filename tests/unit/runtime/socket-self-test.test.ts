// The check of the kernel's structures at start: it passes here, and notices what is not as it should be.

import assert from "node:assert/strict";
import process from "node:process";
import { describe, test } from "node:test";
import type { Libc } from "../../../src/runtime/libc-contract.ts";
import { loadLibc } from "../../../src/runtime/libc.ts";
import { ORIGIN_BYTES } from "../../../src/runtime/linux/message-batch.ts";
import { checkSockets } from "../../../src/runtime/linux/self-test.ts";

const skip = process.platform === "linux" ? false : "datagrams in batches are for Linux";

/** After each receive, `spoil` gets every buffer that the kernel may have written to. */
async function spoiled(spoil: (buffer: Uint8Array) => void): Promise<Libc> {
  const libc = await loadLibc();
  const buffers = new Set<ArrayBuffer>();
  return {
    ...libc,
    addressOf: (buffer) => {
      buffers.add(buffer);
      return libc.addressOf(buffer);
    },
    recvmmsg: (...parameters) => {
      const count = libc.recvmmsg(...parameters);
      for (const buffer of buffers) spoil(new Uint8Array(buffer));
      return count;
    },
  };
}

const isOrigins = (buffer: Uint8Array): boolean => buffer.length === 4 * ORIGIN_BYTES;
const isHeaders = (buffer: Uint8Array): boolean => buffer.length === 4 * 64;

describe("the check of the kernel's structures", () => {
  test("passes, and leaves no descriptor behind", { skip }, async () => {
    const libc = await loadLibc();
    const open = new Set<number>();
    checkSockets({
      ...libc,
      socket: (...parameters) => {
        const descriptor = libc.socket(...parameters);
        open.add(descriptor);
        return descriptor;
      },
      close: (descriptor) => {
        open.delete(descriptor);
        return libc.close(descriptor);
      },
    });
    assert.equal(open.size, 0);
  });

  const flaws: Record<string, (buffer: Uint8Array) => void> = {
    "the sender's port lies elsewhere": (buffer) => {
      if (isOrigins(buffer)) buffer[3]! ^= 1;
    },
    "the sender's address lies elsewhere": (buffer) => {
      if (isOrigins(buffer)) buffer[ORIGIN_BYTES + 7]! ^= 1;
    },
    "the address that was asked lies elsewhere": (buffer) => {
      if (isOrigins(buffer)) buffer[32 + 23]! ^= 1;
    },
    "the control message is another": (buffer) => {
      if (isOrigins(buffer)) buffer[32 + 12]! ^= 1;
    },
    "lengths lie elsewhere": (buffer) => {
      if (isHeaders(buffer)) buffer[56]! ^= 1;
    },
    "datagrams are cut off": (buffer) => {
      if (isHeaders(buffer)) buffer[48]! |= 0x20;
    },
  };
  for (const [flaw, spoil] of Object.entries(flaws)) {
    test(`fails when ${flaw}`, { skip }, async () => {
      const libc = await spoiled(spoil);
      assert.throws(() => checkSockets(libc), {
        code: "LIBC_UNAVAILABLE",
        message: /127\.0\.0\.1/,
      });
    });
  }

  test("fails when datagrams can't be sent", { skip }, async () => {
    const libc = { ...(await loadLibc()), sendmmsg: () => -1, errno: () => 1 };
    assert.throws(() => checkSockets(libc), { code: "LIBC_UNAVAILABLE" });
  });
});
