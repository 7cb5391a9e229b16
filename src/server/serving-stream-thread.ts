// The main thread's end of one stream thread: calls it, and has its rings.

import { HermodError } from "../errors.ts";
import { ThreadMisses } from "../listener/thread-misses.ts";
import type { QueryService } from "../resolver/query-service.ts";
import { startThread, type Thread } from "../runtime/thread.ts";
import type { NumberedCall, StreamThreadCall, StreamThreadReply } from "./stream-thread-calls.ts";
import type { StreamThreadSettings } from "./stream-thread.ts";

const THREAD_FILE = "server/stream-thread.ts";
/** A thread that does not end its connections in this time hangs. */
const CLOSE_TIMEOUT_MS = 1000;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class ServingStreamThread {
  readonly misses: ThreadMisses;
  private readonly thread: Thread;
  private readonly waiting: Map<number, Waiting> = new Map();
  private calls = 0;
  private end: Error | undefined;
  private failure: string | undefined;

  /** `exited` hears once why the thread is over; calls reject from then on. */
  constructor(
    settings: StreamThreadSettings,
    service: QueryService,
    exited: (error: Error) => void,
  ) {
    this.misses = new ThreadMisses(settings.rings, service);
    this.thread = startThread(
      THREAD_FILE,
      settings,
      (error) => exited(this.over(error)),
      (message) => this.replied(message as StreamThreadReply),
    );
  }

  /** Nothing comes of further calls. */
  get isOver(): boolean {
    return this.end !== undefined;
  }

  /** Ends it; `exited` hears the reason. */
  giveUp(reason: string): void {
    this.failure = reason;
    void this.close();
  }

  /** Ends its connections and the thread; by force when it hangs, and so resolves in any case. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.thread.terminate(), CLOSE_TIMEOUT_MS);
    // When it is over there is nothing left to close.
    await this.call({ method: "closeAll" }).catch(() => {});
    clearTimeout(timer);
  }

  /** Rejects with a HermodError: the thread's own, or THREAD_FAILED when it is over. */
  call(call: StreamThreadCall): Promise<void> {
    if (this.end !== undefined) return Promise.reject(this.end);
    const number = this.calls++;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.thread.post({ number, call } satisfies NumberedCall);
    });
  }

  private replied({ failure, number }: StreamThreadReply): void {
    const waiting = this.waiting.get(number)!;
    this.waiting.delete(number);
    if (failure === undefined) waiting.resolve();
    else waiting.reject(new HermodError(failure.code, failure.message));
  }

  private over(error: Error | undefined): Error {
    const why = this.failure ?? error?.message ?? "it ended by itself";
    this.end = new HermodError("THREAD_FAILED", `a stream thread failed: ${why}`);
    this.misses.close();
    for (const { reject } of this.waiting.values()) reject(this.end);
    this.waiting.clear();
    return this.end;
  }
}
