// One alarm of the runtime for any number of deadlines. A hashed wheel: time is cut into ticks, a
// deadline's due tick modulo the number of slots is its slot, and a slot is a ring of entries that
// hangs on a head of its own. Scheduling and cancelling are O(1); nothing ever fires early; without
// deadlines no alarm is set.
//
//   slots:  [head] ⇄ entry ⇄ entry ⇄ (back to head)      entries of a later round stay where they are
//   due:    [head] ⇄ entries that fire now, earlier ticks first

import { monotonicMs } from "./monotonic.ts";

/** What is told when its time has come. Kept until then or until cancelled. */
export interface Deadline {
  expire(): void;
}

/** Where the wheel gets the time, and who wakes it. */
export interface WheelClock {
  nowMs(): number;
  /** Calls `ring` once after `delayMs`; replaces an alarm that is set. */
  setAlarm(delayMs: number, ring: () => void): void;
  clearAlarm(): void;
}

export interface TimingWheelOptions {
  readonly tickMs: number;
  /** A deadline further off than tickMs × slotCount is looked at once a round. */
  readonly slotCount: number;
  readonly clock: WheelClock;
}

/** One entry. It may be started again once its deadline has fired or was cancelled. */
export class TimerHandle {
  readonly deadline: Deadline | undefined;
  /** The wheel's, as are the links. */
  dueTick = 0;
  /** Itself while it is in no ring. */
  previous: TimerHandle = this;
  next: TimerHandle = this;

  /** Without a deadline it is the head of a ring. */
  constructor(deadline?: Deadline) {
    this.deadline = deadline;
  }
}

export class TimingWheel {
  private readonly tickMs: number;
  private readonly clock: WheelClock;
  private readonly slots: TimerHandle[] = [];
  private readonly due: TimerHandle = new TimerHandle();
  private readonly ring: () => void = () => this.advance();
  /** Everything due up to this tick has been taken out of its slot. */
  private doneTick: number;
  /** The tick for which the alarm is set. */
  private alarmTick: number = Infinity;
  private count = 0;
  private advancing = false;

  constructor({ tickMs, slotCount, clock }: TimingWheelOptions) {
    this.tickMs = tickMs;
    this.clock = clock;
    for (let i = 0; i < slotCount; i++) this.slots.push(new TimerHandle());
    this.doneTick = Math.floor(clock.nowMs() / tickMs);
  }

  /** Deadlines that have neither fired nor been cancelled. */
  get size(): number {
    return this.count;
  }

  /** Calls `deadline.expire()` once, no sooner than in `delayMs` and about a tick later at most. */
  schedule(delayMs: number, deadline: Deadline): TimerHandle {
    const handle = new TimerHandle(deadline);
    this.start(handle, delayMs);
    return handle;
  }

  /**
   * As schedule(), with a handle that is not running; nothing is allocated. `nowMs`: what the clock
   * says, for those who have just read it.
   */
  start(handle: TimerHandle, delayMs: number, nowMs: number = this.clock.nowMs()): void {
    const wanted = Math.ceil((nowMs + delayMs) / this.tickMs);
    handle.dueTick = Math.max(wanted, this.doneTick + 1);
    append(this.slots[handle.dueTick % this.slots.length]!, handle);
    this.count++;
    if (handle.dueTick < this.alarmTick && !this.advancing) this.setAlarm(handle.dueTick);
  }

  /** Nothing happens when it has fired or been cancelled already. */
  cancel(handle: TimerHandle): void {
    if (handle.next === handle) return;
    unlink(handle);
    if (--this.count === 0) this.clearAlarm();
  }

  /** Fires what is due. The alarm calls this. */
  advance(): void {
    this.alarmTick = Infinity;
    this.advancing = true;
    this.collect(Math.floor(this.clock.nowMs() / this.tickMs));
    try {
      this.fire();
    } finally {
      this.advancing = false;
      if (this.count > 0) this.setAlarm(this.nextTick());
      else this.clearAlarm();
    }
  }

  /** One that throws leaves the others in the ring, for the next tick. */
  private fire(): void {
    while (this.due.next !== this.due) {
      const handle = this.due.next;
      unlink(handle);
      this.count--;
      handle.deadline!.expire();
    }
  }

  /** Moves what is due by `nowTick` to the due ring; after a long pause every slot once. */
  private collect(nowTick: number): void {
    const first = Math.max(this.doneTick + 1, nowTick - this.slots.length + 1);
    for (let tick = first; tick <= nowTick; tick++) {
      const head = this.slots[tick % this.slots.length]!;
      for (let handle = head.next; handle !== head;) {
        const next = handle.next;
        if (handle.dueTick <= nowTick) {
          unlink(handle);
          append(this.due, handle);
        }
        handle = next;
      }
    }
    this.doneTick = Math.max(this.doneTick, nowTick);
  }

  /** The first tick whose slot holds anything, be it for a later round. */
  private nextTick(): number {
    let tick = this.doneTick + 1;
    if (this.due.next !== this.due) return tick;
    for (let i = 1; i < this.slots.length && this.isEmptyAt(tick); i++) tick++;
    return tick;
  }

  private isEmptyAt(tick: number): boolean {
    const head = this.slots[tick % this.slots.length]!;
    return head.next === head;
  }

  private setAlarm(tick: number): void {
    this.alarmTick = tick;
    this.clock.setAlarm(Math.max(1, Math.ceil(tick * this.tickMs - this.clock.nowMs())), this.ring);
  }

  private clearAlarm(): void {
    this.alarmTick = Infinity;
    this.clock.clearAlarm();
  }
}

function append(head: TimerHandle, handle: TimerHandle): void {
  handle.previous = head.previous;
  handle.next = head;
  head.previous.next = handle;
  head.previous = handle;
}

function unlink(handle: TimerHandle): void {
  handle.previous.next = handle.next;
  handle.next.previous = handle.previous;
  handle.previous = handle.next = handle;
}

class SystemClock implements WheelClock {
  private timer: ReturnType<typeof setTimeout> | undefined;

  nowMs(): number {
    return monotonicMs();
  }

  setAlarm(delayMs: number, ring: () => void): void {
    this.clearAlarm();
    this.timer = setTimeout(ring, delayMs);
  }

  clearAlarm(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** The process's own wheel: 10 ms a tick, about 5 s a round. */
export const timers: TimingWheel = new TimingWheel({
  tickMs: 10,
  slotCount: 512,
  clock: new SystemClock(),
});
