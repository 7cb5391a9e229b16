// Data plane: no allocation after start.
// When each query is to leave. Open: at a fixed rate, step by step, whatever the server does. Closed:
// as soon as fewer than a given number are in flight.

export interface ScheduleStep {
  /** Queries a second. */
  readonly rate: number;
  readonly durationMs: number;
}

export interface Schedule {
  readonly stepCount: number;
  begin(nowMs: number): void;
  /** Nothing leaves from then on. */
  readonly endMs: number;
  /** How many may leave now, when `sent` have left and `inFlight` of them are on their way. */
  due(nowMs: number, sent: number, inFlight: number): number;
  /** When query `number` is to leave. Numbers only rise from call to call. */
  intendedMs(number: number, nowMs: number): number;
  /** The step of the query that intendedMs() was last called for. */
  readonly step: number;
  /** Milliseconds until the next one is due; may be 0 or less, or Infinity: not before a response. */
  waitMs(nowMs: number, sent: number): number;
}

export class OpenSchedule implements Schedule {
  readonly stepCount: number;
  endMs = 0;
  step = 0;
  private readonly ratesPerMs: Float64Array;
  private readonly durationsMs: Float64Array;
  /** When each step begins. */
  private readonly startsMs: Float64Array;
  /** The number of the first query of each step; behind them how many there are in all. */
  private readonly firsts: Float64Array;
  /** The step that due() is in; intendedMs() may lag behind it. */
  private dueStep = 0;

  constructor(steps: readonly ScheduleStep[]) {
    this.stepCount = steps.length;
    this.ratesPerMs = Float64Array.from(steps, ({ rate }) => rate / 1000);
    this.durationsMs = Float64Array.from(steps, ({ durationMs }) => durationMs);
    this.startsMs = new Float64Array(steps.length + 1);
    this.firsts = new Float64Array(steps.length + 1);
    steps.forEach(({ rate, durationMs }, i) => {
      const count = Math.max(1, Math.round((rate * durationMs) / 1000));
      this.firsts[i + 1] = this.firsts[i]! + count;
    });
  }

  begin(nowMs: number): void {
    this.startsMs[0] = nowMs;
    for (let i = 0; i < this.stepCount; i++) {
      this.startsMs[i + 1] = this.startsMs[i]! + this.durationsMs[i]!;
    }
    this.endMs = this.startsMs[this.stepCount]!;
    this.step = this.dueStep = 0;
  }

  /** Queries of a step, or of all of it that has passed by `nowMs`. */
  intended(step: number, nowMs: number = Infinity): number {
    const whole = this.firsts[step + 1]! - this.firsts[step]!;
    const passed = (nowMs - this.startsMs[step]!) * this.ratesPerMs[step]!;
    return Math.max(0, Math.min(whole, Math.ceil(passed)));
  }

  due(nowMs: number, sent: number, _inFlight: number): number {
    if (nowMs >= this.endMs) return 0;
    while (nowMs >= this.startsMs[this.dueStep + 1]!) this.dueStep++;
    const step = this.dueStep;
    const first = this.firsts[step]!;
    const inStep = Math.floor((nowMs - this.startsMs[step]!) * this.ratesPerMs[step]!) + 1;
    return Math.min(first + inStep, this.firsts[step + 1]!) - sent;
  }

  intendedMs(number: number, _nowMs: number): number {
    while (number >= this.firsts[this.step + 1]!) this.step++;
    const inStep = number - this.firsts[this.step]!;
    return this.startsMs[this.step]! + inStep / this.ratesPerMs[this.step]!;
  }

  waitMs(nowMs: number, sent: number): number {
    if (sent >= this.firsts[this.stepCount]!) return this.endMs - nowMs;
    return this.intendedMs(sent, nowMs) - nowMs;
  }
}

export class ClosedSchedule implements Schedule {
  readonly stepCount: number = 1;
  readonly step: number = 0;
  endMs: number = Infinity;
  private readonly window: number;
  private readonly durationMs: number;
  private readonly quota: number;

  /** Keeps `window` queries in flight for `durationMs`, or until `quota` have left. */
  constructor(window: number, durationMs: number, quota: number) {
    this.window = window;
    this.durationMs = durationMs;
    this.quota = quota;
  }

  begin(nowMs: number): void {
    this.endMs = nowMs + this.durationMs;
  }

  due(nowMs: number, sent: number, inFlight: number): number {
    if (nowMs >= this.endMs) return 0;
    const room = this.window - inFlight;
    const left = this.quota - sent;
    if (left <= 0) {
      this.endMs = nowMs;
      return 0;
    }
    return room < left ? room : left;
  }

  intendedMs(_number: number, nowMs: number): number {
    return nowMs;
  }

  waitMs(): number {
    return Infinity;
  }
}
