// The file that a stream thread runs: listeners of its own on the ports that it shares with the other
// threads, answering from the shared cache; what is not there it hands to the main thread.

import { clock } from "../clock/monotonic.ts";
import type { Settings } from "../config/settings.ts";
import { HermodError, messageOf } from "../errors.ts";
import { ConnectionLimit } from "../listener/connection-limit.ts";
import { MissesToMain } from "../listener/misses-to-main.ts";
import type { ThreadRings } from "../listener/thread-rings.ts";
import { Counters } from "../memory/counters.ts";
import { EpochReader } from "../memory/epochs.ts";
import { type AnswererSettings, createAnswerer } from "../resolver/create-answerer.ts";
import { QueryService } from "../resolver/query-service.ts";
import { BootClock } from "../runtime/linux/boot-clock.ts";
import { loadLibc } from "../runtime/libc.ts";
import { selectRuntime } from "../runtime/select.ts";
import { endThread, onMessage, postToStarter, threadData } from "../runtime/thread.ts";
import { ConnectionListeners } from "./connection-listeners.ts";
import type { NumberedCall, StreamThreadCall, StreamThreadReply } from "./stream-thread-calls.ts";

/** All that a thread is told; can be sent to it. */
export interface StreamThreadSettings {
  readonly settings: Settings;
  readonly answerer: AnswererSettings;
  /** Its row of the cache's epochs. */
  readonly reader: number;
  /** memory/counters: its row, in a buffer of its own. */
  readonly counters: SharedArrayBuffer;
  /** One word: how many connections it has. */
  readonly live: Int32Array;
  /** Its share of the connections that there may be. */
  readonly connections: number;
  readonly rings: ThreadRings;
  /** For MonotonicClock.follow(); without one `timeOriginMs` is the main thread's performance.timeOrigin. */
  readonly clockOriginMs: number | undefined;
  readonly timeOriginMs: number;
}

const told = threadData() as StreamThreadSettings;
const { rings, settings } = told;
const { cache } = told.answerer;
const originMs = told.clockOriginMs;
if (originMs !== undefined) clock.follow(new BootClock(await loadLibc()), originMs);
else clock.follow({ nowMs: () => performance.timeOrigin + performance.now() }, told.timeOriginMs);

const counters = new Counters(told.counters);
const answerer = createAnswerer(told.answerer);
const misses = new MissesToMain({ rings, answerer, counters });
const epochs = new EpochReader(cache.epochs, told.reader, cache.lineWords);
const { connectionsPerClient } = settings.limits;
const listeners = new ConnectionListeners({
  settings,
  runtime: await selectRuntime(),
  service: new QueryService(answerer, misses, counters, epochs),
  context: answerer.context,
  counters,
  connections: new ConnectionLimit(told.connections, connectionsPerClient, told.live),
  sharesPorts: true,
});

onMessage(async (message) => {
  const { call, number } = message as NumberedCall;
  postToStarter({ number, failure: await failureOf(call) } satisfies StreamThreadReply);
  if (call.method === "closeAll") misses.close();
});
await misses.run();
// Whatever the runtime still has open, it goes with the thread.
endThread();

async function failureOf(call: StreamThreadCall): Promise<StreamThreadReply["failure"]> {
  try {
    await perform(call);
    return undefined;
  } catch (error) {
    const code = error instanceof HermodError ? error.code : "THREAD_FAILED";
    return { code, message: messageOf(error) };
  }
}

async function perform(call: StreamThreadCall): Promise<unknown> {
  switch (call.method) {
    case "openDns":
      return listeners.openDns(call.endpoints);
    case "openPlainDoh":
      return listeners.openPlainDoh(call.endpoints);
    case "openEncrypted":
      return listeners.openEncrypted(call.endpoints, call.certificate);
    case "changeCertificate":
      return listeners.changeCertificate(call.certificate);
    case "stop":
      return listeners.stop();
    case "finished":
      return listeners.finished();
    case "closeAll":
      return listeners.closeAll();
  }
}
