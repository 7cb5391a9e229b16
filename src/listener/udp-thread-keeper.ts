// Keeps one UDP thread alive: starts it, and when it dies starts another with the same settings, on
// the same descriptors. A thread that dies soon after its start is replaced after a pause.

import { monotonicMs } from "../clock/monotonic.ts";
import { HermodError, messageOf } from "../errors.ts";
import { EpochReader } from "../memory/epochs.ts";
import { startThread } from "../runtime/thread.ts";
import type { UdpThreadSettings } from "./udp-thread.ts";

/** A thread that lives this long was started well. */
const PAUSE_MS = 1000;
const START_TIMEOUT_MS = 10_000;

export interface UdpThreadKeeperParts {
  /** Made anew for each start. */
  readonly settings: () => UdpThreadSettings;
  /** One line when a thread died. */
  readonly report: (message: string) => void;
}

export class UdpThreadKeeper {
  /** Threads that died and were replaced. */
  replaced = 0;
  private readonly parts: UdpThreadKeeperParts;
  private readonly over: Promise<void>;
  private setOver: () => void = () => {};
  private startedMs = 0;
  private isStopping = false;
  private isAlive = false;
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: UdpThreadKeeperParts) {
    this.parts = parts;
    this.over = new Promise((resolve) => {
      this.setOver = resolve;
    });
  }

  /** Resolves when the thread serves; rejects with a HermodError when it can't be started. */
  start(): Promise<void> {
    const { running } = this.parts.settings();
    return new Promise((resolve, reject) => {
      const failed = (reason: string): void =>
        reject(new HermodError("THREAD_FAILED", `a UDP thread did not start: ${reason}`));
      this.run(failed);
      const started = Atomics.waitAsync(running, 0, 0, START_TIMEOUT_MS);
      void Promise.resolve(started.value).then((outcome) =>
        outcome === "timed-out" ? failed("it takes too long") : resolve(),
      );
    });
  }

  /** Resolves when the thread is over; its stop flag must be set. */
  async stopped(): Promise<void> {
    this.isStopping = true;
    if (this.pause !== undefined) clearTimeout(this.pause);
    if (this.isAlive) await this.over;
  }

  private run(failedToStart?: (reason: string) => void): void {
    const settings = this.parts.settings();
    Atomics.store(settings.running, 0, 0);
    this.startedMs = monotonicMs();
    this.isAlive = true;
    startThread(new URL("./udp-thread.ts", import.meta.url), settings, (error) => {
      this.isAlive = false;
      // It may have died with blocks of the cache in its hands.
      new EpochReader(settings.answerer.cache.epochs, settings.reader).leave();
      const isRunning = Atomics.load(settings.running, 0) === 1;
      if (failedToStart !== undefined && !isRunning) failedToStart(messageOf(error));
      else if (!this.isStopping) this.replace(error);
      this.setOver();
    });
  }
}
