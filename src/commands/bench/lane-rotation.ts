// Shares out what is due over several lanes, one query each in turn, so that all are equally busy.

import type { Traffic } from "./traffic.ts";
import type { TurnLane } from "./turns.ts";

export interface Lane extends TurnLane {
  /** It takes no query now. */
  readonly isFull: boolean;
}

export class LaneRotation<L extends Lane> {
  private readonly lanes: readonly L[];
  private readonly ask: (lane: L, traffic: Traffic, nowMs: number) => void;
  private last = 0;

  /** `ask` sends one query that is due over a lane that is not full. */
  constructor(lanes: readonly L[], ask: (lane: L, traffic: Traffic, nowMs: number) => void) {
    this.lanes = lanes;
    this.ask = ask;
  }

  /** Sends what is due, as far as there are lanes for it, and looks for time-outs. */
  turn(traffic: Traffic, nowMs: number): void {
    const { lanes } = this;
    let full = 0;
    for (let left = traffic.due(nowMs); left > 0 && full < lanes.length;) {
      this.last = (this.last + 1) % lanes.length;
      const lane = lanes[this.last]!;
      if (lane.isFull) {
        full++;
        continue;
      }
      this.ask(lane, traffic, nowMs);
      full = 0;
      left--;
    }
    for (const { inFlight } of lanes) traffic.expire(inFlight, nowMs);
  }
}
