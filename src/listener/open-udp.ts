// Opens UDP with one of two engines: batched, on threads of its own, where the platform can; portable,
// with the runtime's sockets on the main thread, everywhere.

import { HermodError } from "../errors.ts";
import type { Counters } from "../memory/counters.ts";
import type { QueryService } from "../resolver/query-service.ts";
import type { Endpoint, Runtime } from "../runtime/contract.ts";
import { loadLibc } from "../runtime/libc.ts";
import { checkSockets } from "../runtime/linux/self-test.ts";
import type { AnswererSettings } from "../resolver/create-answerer.ts";
import { BatchedUdp } from "./udp-batched.ts";
import type { UdpEngine } from "./udp-engines.ts";
import { UdpListener } from "./udp-portable.ts";

export interface OpenUdpParts {
  readonly runtime: Runtime;
  readonly engine: UdpEngine;
  /** For the batched engine: at least 1, and no more than the cache has epoch rows. */
  readonly threadCount: number;
  /** What threads answer from. */
  readonly answerer: AnswererSettings;
  /** On the main thread. */
  readonly service: QueryService;
  readonly counters: Counters;
  /** Hears one line when `auto` settles for less, and for each thread that dies. */
  readonly report: (message: string) => void;
  /** For the batched engine: as in BatchedUdpParts. */
  readonly batchCount?: number;
  readonly largeBuffers?: boolean;
}

/** UDP as it is served now. */
export interface OpenUdp {
  readonly engine: "batched" | "portable";
  /** Where it is bound, for each endpoint asked for. */
  readonly bound: readonly (readonly Endpoint[])[];
  /** One row a thread; none when the main thread does it all. */
  readonly threadCounters: readonly Counters[];
  /** Datagrams that the kernel dropped because nobody took them in time, where that can be known. */
  readonly kernelDrops: number;
  /** Queries lost between a thread and the main thread. */
  readonly missesRefused: number;
  /** Threads that died and were replaced. */
  readonly threadsReplaced: number;
  /** Takes no more queries; what is in flight can still be answered. */
  stop(): void;
  close(): Promise<void>;
}

/** Rejects with a HermodError: as Runtime.openUdp(), and when `batched` is asked for and can't be had. */
export async function openUdp(
  parts: OpenUdpParts,
  endpoints: readonly Endpoint[],
): Promise<OpenUdp> {
  if (parts.engine === "portable") return openPortable(parts, endpoints);
  try {
    return await openBatched(parts, endpoints);
  } catch (error) {
    if (parts.engine === "batched" || !isLackOfThePlatform(error)) throw error;
    parts.report(`UDP is served by the portable engine: ${error.message}`);
    return openPortable(parts, endpoints);
  }
}

function isLackOfThePlatform(error: unknown): error is HermodError {
  const isOurs = error instanceof HermodError;
  return isOurs && (error.code === "LIBC_UNAVAILABLE" || error.code === "THREAD_FAILED");
}

async function openBatched(
  parts: OpenUdpParts,
  endpoints: readonly Endpoint[],
): Promise<BatchedUdp> {
  const libc = await loadLibc();
  checkSockets(libc);
  const udp = new BatchedUdp({ ...parts, libc }, endpoints);
  await udp.start();
  return udp;
}

async function openPortable(
  { counters, runtime, service }: OpenUdpParts,
  endpoints: readonly Endpoint[],
): Promise<OpenUdp> {
  const listener = new UdpListener(service, counters);
  const bound: Endpoint[][] = [];
  try {
    for (const endpoint of endpoints) bound.push(await listener.open(runtime, endpoint));
  } catch (error) {
    listener.close();
    throw error;
  }
  return {
    engine: "portable",
    bound,
    threadCounters: [],
    kernelDrops: 0,
    missesRefused: 0,
    threadsReplaced: 0,
    stop: () => listener.stop(),
    close: () => Promise.resolve(listener.close()),
  };
}
