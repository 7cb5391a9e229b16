// What the kernel says of a UDP socket's receive buffer, with the larger ones and without.

import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { loadLibc } from "../../../src/runtime/libc.ts";
import { DatagramSocket } from "../../../src/runtime/linux/datagram-socket.ts";
import { SO_RCVBUF, SOL_SOCKET } from "../../../src/runtime/linux/socket-constants.ts";

const skip = process.platform === "linux" ? false : "datagrams in batches are for Linux";
const local = { host: "127.0.0.1", port: 0 };
const options = { local, reusePort: false, receiveTimeoutMs: 100 };

async function receiveBufferBytes(largeBuffers?: boolean): Promise<number> {
  const libc = await loadLibc();
  const given = largeBuffers === undefined ? options : { ...options, largeBuffers };
  const socket = new DatagramSocket(libc, given);
  const value = new Int32Array(1);
  const length = Int32Array.of(4);
  const [to, size] = [libc.addressOf(value.buffer), libc.addressOf(length.buffer)];
  assert.equal(libc.getsockopt(socket.descriptor, SOL_SOCKET, SO_RCVBUF, to, size), 0);
  socket.close();
  return value[0]!;
}

test(
  "a socket has a larger buffer than the kernel gives, unless told not to",
  { skip },
  async () => {
    const byDefault = await receiveBufferBytes();
    assert.equal(byDefault, await receiveBufferBytes(true));
    const kernels = await receiveBufferBytes(false);
    // Without privileges the kernel caps it, at more than it gives by itself.
    assert.ok(byDefault > kernels, `${byDefault}, ${kernels}`);
  },
);
