// Compresses names (RFC 1035 §4.1.4). The suffixes written so far form a tree:
//
//   root ── com ── example ── www        each node: its parent, and where its label was written
//             └─── test
//
// A node's label is followed in the message by its parent's, so that a pointer to it is the whole
// name. Letters match in either case (RFC 4343 §3).

import { lowerByte } from "./name.ts";

/** Suffixes that are remembered; more would gain little. */
const CAPACITY = 256;
/** A pointer has 14 bits for its offset. */
const POINTER_REACH = 0x4000;
const ROOT = -1;

export class NameTable {
  private readonly parents: Int16Array = new Int16Array(CAPACITY);
  private readonly offsets: Uint16Array = new Uint16Array(CAPACITY);
  /** Where the labels of the name at hand start. */
  private readonly labels: Uint8Array = new Uint8Array(128);
  private count = 0;
  private capacity: number = CAPACITY;

  /** Forgets every name; not `compresses`: names are written out from now on. */
  reset(compresses = true): void {
    this.count = 0;
    this.capacity = compresses ? CAPACITY : 0;
  }

  /**
   * Writes the uncompressed name at the start of `name` into the message `out` at `offset`, as
   * short as the names written before allow; returns the offset after it.
   */
  write(out: Uint8Array, offset: number, name: Uint8Array): number {
    const labelCount = this.findLabels(name);
    let rest = labelCount;
    let node = ROOT;
    for (; rest > 0; rest--) {
      const child = this.findChild(out, node, name, this.labels[rest - 1]!);
      if (child === ROOT) break;
      node = child;
    }
    const restLength = rest === 0 ? 0 : this.labels[rest - 1]! + name[this.labels[rest - 1]!]! + 1;
    for (let i = 0; i < restLength; i++) out[offset + i] = name[i]!;
    this.remember(offset, rest, node);
    return this.writeEnd(out, offset + restLength, node);
  }

  private findLabels(name: Uint8Array): number {
    let labelCount = 0;
    for (let at = 0; name[at] !== 0; at += name[at]! + 1) this.labels[labelCount++] = at;
    return labelCount;
  }

  private findChild(out: Uint8Array, parent: number, name: Uint8Array, label: number): number {
    for (let node = 0; node < this.count; node++) {
      if (this.parents[node] === parent && sameLabel(out, this.offsets[node]!, name, label)) {
        return node;
      }
    }
    return ROOT;
  }

  /** The first `labelCount` labels were written at `offset`, and `parent` is what they end in. */
  private remember(offset: number, labelCount: number, parent: number): void {
    let node = parent;
    for (let i = labelCount - 1; i >= 0; i--) {
      const labelOffset = offset + this.labels[i]!;
      if (this.count === this.capacity || labelOffset >= POINTER_REACH) return;
      this.parents[this.count] = node;
      this.offsets[this.count] = labelOffset;
      node = this.count++;
    }
  }

  private writeEnd(out: Uint8Array, offset: number, node: number): number {
    if (node === ROOT) {
      out[offset] = 0;
      return offset + 1;
    }
    out[offset] = 0xc0 | (this.offsets[node]! >> 8);
    out[offset + 1] = this.offsets[node]!;
    return offset + 2;
  }
}

function sameLabel(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number): boolean {
  const length = a[aOffset]!;
  if (length !== b[bOffset]) return false;
  for (let i = 1; i <= length; i++) {
    if (lowerByte(a[aOffset + i]!) !== lowerByte(b[bOffset + i]!)) return false;
  }
  return true;
}
