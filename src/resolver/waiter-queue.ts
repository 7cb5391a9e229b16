// Those who wait for one question, in the order they came, linked through themselves:
//
//   first ⇄ item ⇄ … ⇄ last

/** What a queue links: the queue it is in, and its neighbours there. */
export interface Queued<Item extends Queued<Item>> {
  queue: WaiterQueue<Item> | undefined;
  previous: Item | undefined;
  next: Item | undefined;
}

export class WaiterQueue<Item extends Queued<Item>> {
  count = 0;
  private first: Item | undefined;
  private last: Item | undefined;

  /** The item is in no queue. */
  add(item: Item): void {
    item.queue = this;
    item.previous = this.last;
    item.next = undefined;
    if (this.last === undefined) this.first = item;
    else this.last.next = item;
    this.last = item;
    this.count++;
  }

  /** The item is in this queue. */
  remove(item: Item): void {
    const { next, previous } = item;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    item.queue = item.previous = item.next = undefined;
    this.count--;
  }

  /** The one that has waited longest, taken out. */
  take(): Item | undefined {
    const { first } = this;
    if (first !== undefined) this.remove(first);
    return first;
  }
}
