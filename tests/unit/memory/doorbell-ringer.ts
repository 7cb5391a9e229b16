// A thread that publishes pieces of work one by one and rings for each.

import { workerData } from "node:worker_threads";
import { ringDoorbell } from "../../../src/memory/doorbell.ts";

const { bell, work, pieces } = workerData as {
  bell: Int32Array;
  work: Int32Array;
  pieces: number;
};
for (let i = 0; i < pieces; i++) {
  Atomics.add(work, 0, 1);
  ringDoorbell(bell);
}
