// Gives a transport its turns on the runtime's event loop: one whenever a query is due, and one after
// responses have come.

import { setImmediate } from "node:timers";
import type { InFlight } from "./in-flight.ts";
import type { Traffic } from "./traffic.ts";

/** Timers may fire late by this much; closer than that every turn of the event loop is taken. */
const WAKE_EARLY_MS = 2;
const MAX_WAIT_MS = 50;

/** A socket or a connection of the load. */
export interface TurnLane {
  readonly inFlight: InFlight;
  /** Whose queries are on their way; none between runs. */
  traffic: Traffic | undefined;
}

export class Turns {
  private readonly turn: (traffic: Traffic, nowMs: number) => void;
  private readonly take: () => void = () => this.next();
  private traffic: Traffic | undefined;
  private finished: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isScheduled = false;

  /** `turn` sends what is due and looks for time-outs. */
  constructor(turn: (traffic: Traffic, nowMs: number) => void) {
    this.turn = turn;
  }

  /** Runs the traffic over the lanes to its end; abandons what is in flight then. */
  async run(traffic: Traffic, lanes: readonly TurnLane[]): Promise<void> {
    for (const lane of lanes) lane.traffic = traffic;
    await this.takeAll(traffic);
    for (const lane of lanes) {
      traffic.abandonAll(lane.inFlight);
      lane.traffic = undefined;
    }
  }

  /** Something has come: there may be room for more. */
  wake(): void {
    if (this.traffic === undefined || this.isScheduled) return;
    clearTimeout(this.timer);
    this.soon();
  }

  private takeAll(traffic: Traffic): Promise<void> {
    this.traffic = traffic;
    traffic.begin(performance.now());
    return new Promise((resolve) => {
      this.finished = resolve;
      this.soon();
    });
  }

  private soon(): void {
    this.isScheduled = true;
    setImmediate(this.take);
  }

  private next(): void {
    this.isScheduled = false;
    const traffic = this.traffic!;
    const nowMs = performance.now();
    if (traffic.isOver(nowMs)) {
      this.traffic = undefined;
      return this.finished!();
    }
    this.turn(traffic, nowMs);
    const waitMs = traffic.waitMs(performance.now(), MAX_WAIT_MS);
    if (waitMs <= WAKE_EARLY_MS) this.soon();
    else this.timer = setTimeout(this.take, waitMs - WAKE_EARLY_MS);
  }
}
