// TCP, DoT and DoH on threads of their own, for machines with more cores: each thread listens on the
// same ports, and the kernel spreads connections over them. A thread that dies is replaced by one that
// opens the same; what it had in hand is lost with its connections.

import { monotonicMs } from "../clock/monotonic.ts";
import type { Settings } from "../config/settings.ts";
import { messageOf } from "../errors.ts";
import { RingTaker } from "../listener/ring-taker.ts";
import type { ThreadMisses } from "../listener/thread-misses.ts";
import { createThreadRings } from "../listener/thread-rings.ts";
import { Counters, ROW_CELLS } from "../memory/counters.ts";
import { DOORBELL_BYTES } from "../memory/doorbell.ts";
import { EpochReader } from "../memory/epochs.ts";
import type { AnswererSettings } from "../resolver/create-answerer.ts";
import type { QueryService } from "../resolver/query-service.ts";
import type { Endpoint, Runtime } from "../runtime/contract.ts";
import { claimEndpoints } from "./claim-endpoints.ts";
import { claimEncrypted } from "./connection-listeners.ts";
import type { CertificatePair, Connections, EncryptedEndpoints } from "./connections.ts";
import { ServingStreamThread } from "./serving-stream-thread.ts";
import type { StreamThreadCall } from "./stream-thread-calls.ts";

/** Threads are not started more often than this. */
const PAUSE_MS = 1000;

export interface StreamThreadsParts {
  readonly settings: Settings;
  readonly runtime: Runtime;
  readonly answerer: AnswererSettings;
  /** The first of their rows of the cache's epochs. */
  readonly firstReader: number;
  /** Takes what the threads could not answer. */
  readonly service: QueryService;
  readonly count: number;
  /** Of the clock that main follows; none where threads have no clock in common. */
  readonly clockOriginMs: number | undefined;
  /** Hears one line for each thread that dies. */
  readonly report: (message: string) => void;
}

/** What stays when a thread is replaced. */
interface Place {
  readonly reader: number;
  readonly counters: SharedArrayBuffer;
  readonly live: Int32Array;
  thread: ServingStreamThread;
  startedMs: number;
}

export class StreamThreads implements Connections {
  readonly threadCounters: readonly Counters[];
  threadsReplaced = 0;
  private readonly parts: StreamThreadsParts;
  private readonly doorbell: Int32Array = new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES));
  private readonly places: readonly Place[];
  /** What a new thread is to open; the certificate is the last one. */
  private readonly opened: StreamThreadCall[] = [];
  private readonly taker: RingTaker;
  private isStopping = false;

  /** Starts the threads. */
  constructor(parts: StreamThreadsParts) {
    this.parts = parts;
    this.places = Array.from({ length: parts.count }, (_, i) => this.place(parts.firstReader + i));
    this.threadCounters = this.places.map(({ counters }) => new Counters(counters));
    const rings = (): ThreadMisses[] => this.places.map(({ thread }) => thread.misses);
    this.taker = new RingTaker(this.doorbell, rings);
    void this.taker.run();
  }

  get live(): number {
    return this.places.reduce((sum, { live }) => sum + Atomics.load(live, 0), 0);
  }

  async openDns(endpoints: readonly Endpoint[]): Promise<readonly Endpoint[]> {
    const claimed = claimEndpoints(this.parts.runtime, endpoints);
    await this.openOnAll({ method: "openDns", endpoints: claimed });
    return claimed;
  }

  async openPlainDoh(endpoints: readonly Endpoint[]): Promise<readonly Endpoint[]> {
    const claimed = claimEndpoints(this.parts.runtime, endpoints);
    await this.openOnAll({ method: "openPlainDoh", endpoints: claimed });
    return claimed;
  }

  async openEncrypted(
    endpoints: EncryptedEndpoints,
    certificate: CertificatePair,
  ): Promise<EncryptedEndpoints> {
    const claimed = claimEncrypted(this.parts.runtime, endpoints);
    await this.openOnAll({ method: "openEncrypted", endpoints: claimed, certificate });
    return claimed;
  }

  /** Threads change one by one; when one can't, those before it have changed. */
  async changeCertificate(certificate: CertificatePair): Promise<void> {
    // At first for those that are about to start: one that is started from now on has it already.
    const at = this.opened.findIndex(({ method }) => method === "openEncrypted");
    const opened = this.opened[at];
    if (opened?.method === "openEncrypted") this.opened[at] = { ...opened, certificate };
    for (const { thread } of this.places) {
      try {
        await thread.call({ method: "changeCertificate", certificate });
      } catch (error) {
        if (!thread.isOver) throw error;
      }
    }
  }

  stop(): void {
    this.isStopping = true;
    void this.callAll("stop");
  }

  finished(): Promise<void> {
    return this.callAll("finished");
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.places.map(({ thread }) => thread.close()));
    this.taker.close();
  }

  private place(reader: number): Place {
    const counters = new SharedArrayBuffer(ROW_CELLS * 8);
    const live = new Int32Array(new SharedArrayBuffer(4));
    const startedMs = monotonicMs();
    const thread = this.start({ counters, live, reader }, (error) => this.exited(place, error));
    const place: Place = { reader, counters, live, startedMs, thread };
    return place;
  }

  private start(
    { counters, live, reader }: Pick<Place, "counters" | "live" | "reader">,
    exited: (error: Error) => void,
  ): ServingStreamThread {
    const { answerer, clockOriginMs, count, service, settings } = this.parts;
    const told = {
      settings,
      answerer,
      reader,
      counters,
      live,
      connections: Math.ceil(settings.limits.connections / count),
      rings: createThreadRings(this.doorbell),
      clockOriginMs,
      timeOriginMs: performance.timeOrigin,
    };
    return new ServingStreamThread(told, service, exited);
  }

  private async openOnAll(call: StreamThreadCall): Promise<void> {
    this.opened.push(call);
    await Promise.all(this.places.map(({ thread }) => thread.call(call)));
  }

  /** A thread that is over has done all that is asked here. */
  private async callAll(method: "stop" | "finished"): Promise<void> {
    await Promise.allSettled(this.places.map(({ thread }) => thread.call({ method })));
  }

  private exited(place: Place, error: Error): void {
    const { cache } = this.parts.answerer;
    // It may have died with blocks of the cache in its hands.
    new EpochReader(cache.epochs, place.reader, cache.lineWords).leave();
    Atomics.store(place.live, 0, 0);
    if (this.isStopping) return;
    this.threadsReplaced++;
    this.parts.report(`${error.message}; it is replaced`);
    const delayMs = Math.max(0, PAUSE_MS - (monotonicMs() - place.startedMs));
    setTimeout(() => void this.replace(place), delayMs).unref();
  }

  /** Calls reach the thread in their order, and so before a certificate that is renewed meanwhile. */
  private async replace(place: Place): Promise<void> {
    if (this.isStopping) return;
    place.startedMs = monotonicMs();
    const thread = this.start(place, (error) => this.exited(place, error));
    place.thread = thread;
    try {
      await Promise.all(this.opened.map((call) => thread.call(call)));
    } catch (error) {
      thread.giveUp(messageOf(error));
    }
  }
}
