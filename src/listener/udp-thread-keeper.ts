// Keeps one UDP thread alive: starts it, and when it dies starts another with the same settings, on
// the same descriptors. One that died soon after its start is replaced after a pause.

import { monotonicMs } from "../clock/monotonic.ts";
import { HermodError } from "../errors.ts";
import { EpochReader } from "../memory/epochs.ts";
import { startThread, type Thread } from "../runtime/thread.ts";
import type { UdpThreadSettings } from "./udp-thread.ts";

const THREAD_FILE = "listener/udp-thread.ts";
const START_TIMEOUT_MS = 10_000;
/** Much longer than WAIT_MS of udp-loop: a thread that does not end in this time hangs. */
const STOP_TIMEOUT_MS = 2000;
/** Threads are not started more often than this. */
const PAUSE_MS = 1000;

export interface UdpThreadKeeperParts {
  readonly settings: UdpThreadSettings;
  /** Hears one line for each thread that dies. */
  readonly report: (message: string) => void;
}

export class UdpThreadKeeper {
  /** Threads that died and were replaced. */
  replaced = 0;
  private readonly parts: UdpThreadKeeperParts;
  private thread: Thread | undefined;
  private over: Promise<void> = Promise.resolve();
  private startedMs = 0;
  private isServing = false;
  private failure = "it takes too long";
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: UdpThreadKeeperParts) {
    this.parts = parts;
  }

  /** Resolves when the thread serves. Rejects with a HermodError THREAD_FAILED when it does not. */
  async start(): Promise<void> {
    const { running } = this.parts.settings;
    this.launch();
    await Atomics.waitAsync(running, 0, 0, START_TIMEOUT_MS).value;
    this.isServing = Atomics.load(running, 0) === 1;
    if (this.isServing) return;
    throw new HermodError("THREAD_FAILED", `a UDP thread did not start: ${this.failure}`);
  }

  /** Resolves when the thread is over: soon, since its stop flag must be set; by force when it hangs. */
  async stopped(): Promise<void> {
    if (this.pause !== undefined) clearTimeout(this.pause);
    const timer = setTimeout(() => this.thread?.terminate(), STOP_TIMEOUT_MS);
    await this.over;
    clearTimeout(timer);
  }

  private launch(): void {
    this.startedMs = monotonicMs();
    this.over = new Promise((resolve) => {
      this.thread = startThread(THREAD_FILE, this.parts.settings, (error) => {
        this.exited(error);
        resolve();
      });
    });
  }

  private exited(error: Error | undefined): void {
    const { answerer, reader, running, stopFlag } = this.parts.settings;
    // It may have died with blocks of the cache in its hands.
    new EpochReader(answerer.cache.epochs, reader, answerer.cache.lineWords).leave();
    this.failure = error?.message ?? "it ended by itself";
    Atomics.store(running, 0, 0);
    Atomics.notify(running, 0);
    const isWanted = Atomics.load(stopFlag, 0) === 0;
    if (isWanted && this.isServing) this.replace();
  }

  private replace(): void {
    this.replaced++;
    this.parts.report(`a UDP thread died and is replaced: ${this.failure}`);
    const delayMs = Math.max(0, PAUSE_MS - (monotonicMs() - this.startedMs));
    this.pause = setTimeout(() => this.launch(), delayMs);
  }
}
