// The listeners of one transport, one an endpoint, and how others take over their ports. Of those that
// share a port only the one opened last gets new connections, where that can be had.

import type { TimerHandle, TimingWheel } from "../clock/timing-wheel.ts";
import type { Endpoint, StreamListener } from "../runtime/contract.ts";
import type { OpenSharedPort, SharedPort } from "../runtime/shared-port.ts";

/** Both listeners accept for so long, or what came while the second was opened would be reset. */
const OVERLAP_MS = 100;
/** Longer, where the former gets nothing new: for handshakes of TCP whose last segment was lost. */
const STEERED_OVERLAP_MS = 10_000;

export interface StreamListenersParts {
  /** Opens a listener. Throws a HermodError, as Runtime.listen(). */
  readonly open: (local: Endpoint) => StreamListener;
  readonly timers: TimingWheel;
  /** When listeners may share a port. */
  readonly openSharedPort: OpenSharedPort | undefined;
}

interface Place {
  readonly local: Endpoint;
  readonly port: SharedPort | undefined;
  listener: StreamListener | undefined;
}

export class StreamListeners {
  private readonly parts: StreamListenersParts;
  private readonly places: Place[] = [];
  /** Those that others have taken over from, until they stop accepting. */
  private readonly formers: Map<StreamListener, TimerHandle> = new Map();

  constructor(parts: StreamListenersParts) {
    this.parts = parts;
  }

  /** False while it is closed, and before the first add(). */
  get isOpen(): boolean {
    return this.places.some(({ listener }) => listener !== undefined);
  }

  /** Opens one more; returns where. Throws as `open` does. */
  add(endpoint: Endpoint): Endpoint {
    const listener = this.parts.open(endpoint);
    const { local } = listener;
    const port = this.parts.openSharedPort?.(local, "tcp");
    port?.joined(listener);
    port?.steer(listener);
    this.places.push({ local, port, listener });
    return local;
  }

  /** Opens a listener at each endpoint, also where there is one. Throws as `open` does, and nothing has changed. */
  openAll(): void {
    const opened: StreamListener[] = [];
    try {
      for (const place of this.places) opened.push(this.open(place));
    } catch (error) {
      for (const listener of opened) this.stop(listener);
      throw error;
    }
    this.places.forEach((place, i) => this.takeOver(place, opened[i]!));
  }

  closeAll(): void {
    for (const [former, timer] of this.formers) {
      this.parts.timers.cancel(timer);
      this.stop(former);
    }
    this.formers.clear();
    for (const place of this.places) {
      if (place.listener !== undefined) this.stop(place.listener);
      place.listener = undefined;
    }
  }

  private open({ local, port }: Place): StreamListener {
    const listener = this.parts.open(local);
    port?.joined(listener);
    return listener;
  }

  private takeOver(place: Place, listener: StreamListener): void {
    const former = place.listener;
    place.listener = listener;
    const isSteered = place.port?.steer(listener) ?? false;
    if (former === undefined) return;
    const delayMs = isSteered ? STEERED_OVERLAP_MS : OVERLAP_MS;
    const expire = (): void => {
      this.formers.delete(former);
      this.stop(former);
    };
    this.formers.set(former, this.parts.timers.schedule(delayMs, { expire }));
  }

  private stop(listener: StreamListener): void {
    listener.stop();
    for (const { port } of this.places) port?.left();
  }
}
