// The records that record-ring-producer.ts sends: their content follows from their number.

export const ORIGIN_WORDS = 18;

export interface ProducerData {
  readonly buffer: SharedArrayBuffer;
  /** Becomes the number of attempts for which there was no room. */
  readonly refused: Int32Array;
  readonly records: number;
}

export function payloadOf(sequence: number): Uint8Array {
  const length = Math.imul(sequence, 0x9e3779b1) >>> 24;
  return new Uint8Array(length).fill((sequence ^ (sequence >> 8)) & 0xff);
}
