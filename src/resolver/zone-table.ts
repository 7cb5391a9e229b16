// Data plane: no allocation after start.
// Finds the closest enclosing zone of a name among a fixed set. A trie by labels from the right, kept
// as one open-addressing table: a node's place follows from its parent's number and its label's hash,
// so that a name whose top-level label is not in the table costs one probe.

const MAX_LABELS = 128;

export class ZoneTable {
  /** For each slot: parent node + 1 (0 when free), label's hash, zone's number or -1. */
  private readonly slots: Int32Array;
  private readonly mask: number;
  /** Wire form of each node's label, to compare exactly. */
  private readonly labels: Uint8Array[] = [];
  private readonly labelOffsets: Uint8Array = new Uint8Array(MAX_LABELS);
  private nodeCount = 0;

  /** Offset in the name given to find() at which the zone that was found begins. */
  zoneOffset = 0;

  /** `zones`: names in lower-case wire form; find() returns their index. */
  constructor(zones: readonly Uint8Array[]) {
    const labelCount = zones.reduce((sum, zone) => sum + this.splitLabels(zone, 0), 0);
    let size = 16;
    while (size < 2 * labelCount) size *= 2;
    this.slots = new Int32Array(4 * size);
    this.mask = size - 1;
    zones.forEach((zone, index) => this.add(zone, index));
  }

  /** Index of the closest zone at or above the lower-case name at `offset`, or -1. */
  find(name: Uint8Array, offset: number): number {
    let node = 0;
    let found = -1;
    for (let i = this.splitLabels(name, offset) - 1; i >= 0; i--) {
      const label = offset + this.labelOffsets[i]!;
      const slot = this.slotOf(node, name, label);
      if (this.slots[slot] === 0) break;
      node = this.slots[slot + 3]!;
      if (this.slots[slot + 2]! >= 0) {
        found = this.slots[slot + 2]!;
        this.zoneOffset = label;
      }
    }
    return found;
  }

  private add(zone: Uint8Array, index: number): void {
    let node = 0;
    for (let i = this.splitLabels(zone, 0) - 1; i >= 0; i--) {
      const label = this.labelOffsets[i]!;
      const slot = this.slotOf(node, zone, label);
      if (this.slots[slot] === 0) this.addNode(slot, node, zone, label);
      node = this.slots[slot + 3]!;
      if (i === 0) this.slots[slot + 2] = index;
    }
  }

  private addNode(slot: number, parent: number, zone: Uint8Array, label: number): void {
    this.slots[slot] = parent + 1;
    this.slots[slot + 1] = hashLabel(parent, zone, label);
    this.slots[slot + 2] = -1;
    this.slots[slot + 3] = ++this.nodeCount;
    this.labels[this.nodeCount] = zone.slice(label, label + 1 + zone[label]!);
  }

  /** The slot (times 4) of that child of `parent`, or the free one where it would go. */
  private slotOf(parent: number, name: Uint8Array, label: number): number {
    const hash = hashLabel(parent, name, label);
    for (let i = hash & this.mask; ; i = (i + 1) & this.mask) {
      const slot = 4 * i;
      if (this.slots[slot] === 0) return slot;
      const same = this.slots[slot] === parent + 1 && this.slots[slot + 1] === hash;
      if (same && sameLabel(this.labels[this.slots[slot + 3]!]!, name, label)) return slot;
    }
  }

  private splitLabels(name: Uint8Array, offset: number): number {
    let count = 0;
    for (let at = offset; name[at] !== 0; at += 1 + name[at]!) {
      this.labelOffsets[count++] = at - offset;
    }
    return count;
  }
}

/** FNV-1a over the parent's number and the label; the set is fixed, so no secret is needed. */
function hashLabel(parent: number, name: Uint8Array, label: number): number {
  let hash = Math.imul(parent ^ 0x811c9dc5, 0x01000193);
  for (let i = label, end = label + name[label]!; i <= end; i++) {
    hash = Math.imul(hash ^ name[i]!, 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

function sameLabel(a: Uint8Array, b: Uint8Array, bOffset: number): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[bOffset + i]) return false;
  return true;
}
