// A thread that puts records into a ring as fast as they go in.

import { workerData } from "node:worker_threads";
import { RecordRingWriter } from "../../../src/memory/record-ring.ts";
import { ORIGIN_WORDS, payloadOf, type ProducerData } from "./record-ring-records.ts";

const { buffer, records, refused } = workerData as ProducerData;
const writer = new RecordRingWriter(buffer, ORIGIN_WORDS);
const origin = new Uint32Array(ORIGIN_WORDS);
for (let sequence = 0; sequence < records; sequence++) {
  const payload = payloadOf(sequence);
  origin.fill(sequence);
  while (!writer.push(payload, 0, payload.length, origin, 0)) refused[0]!++;
}
