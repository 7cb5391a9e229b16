// Sizes in bytes: `64MiB`, `1GiB`, or a plain number of bytes.

import { HermodError } from "../errors.ts";
import { showValue } from "./show-value.ts";

const UNIT_BYTES: Readonly<Record<string, number>> = {
  "": 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** Bytes. Throws a HermodError with code SIZE that says what to write. */
export function parseSize(given: string | number): number {
  const [, digits, unit = ""] = /^(\d+) ?(KiB|MiB|GiB)?$/.exec(String(given)) ?? [];
  const bytes = Number(digits) * UNIT_BYTES[unit]!;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new HermodError(
    "SIZE",
    `${showValue(given)} is not a size: write a whole number of bytes or of KiB, MiB or GiB, as in 64MiB`,
  );
}

/** The shortest way to write a size. */
export function formatSize(bytes: number): string {
  const unit = ["GiB", "MiB", "KiB"].find((name) => bytes > 0 && bytes % UNIT_BYTES[name]! === 0);
  return unit === undefined ? String(bytes) : `${bytes / UNIT_BYTES[unit]!}${unit}`;
}
