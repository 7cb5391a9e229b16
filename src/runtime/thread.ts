// Threads with their own event loop, which share memory with the one that starts them. Both runtimes
// have those of Node.

import process from "node:process";
import { parentPort, Worker, workerData } from "node:worker_threads";

/** Told once, when the thread is over: without an error when it came to the end of its file. */
export type ThreadExit = (error: Error | undefined) => void;

/** The folder of the sources; in a compiled binary every file that was bundled lies at its root. */
const SOURCES = new URL(import.meta.url.includes("/$bunfs/") ? "./" : "../", import.meta.url);

/** The other end of a thread. */
export interface Thread {
  /** Sends it a message, by structured clone. */
  post(message: unknown): void;
  /**
   * Has its exit told soon, also when it hangs. Bun ends a loop that hangs; on Deno it goes on until the
   * process ends.
   */
  terminate(): void;
}

/**
 * Runs `file`, a path in the folder of the sources, on a thread of its own. It gets `data` by
 * structured clone: shared buffers stay shared, everything else is copied. What it throws does not
 * disturb this thread; what it posts goes to `received`. A compiled binary has only those files that
 * its build names.
 */
export function startThread(
  file: string,
  data: unknown,
  exited: ThreadExit,
  received?: (message: unknown) => void,
): Thread {
  let failure: Error | undefined;
  const worker = new Worker(new URL(file, SOURCES), { workerData: data });
  worker.on("error", (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  worker.on("exit", (code: number) => {
    if (code !== 0) failure ??= new Error(`the thread ended with code ${code}`);
    exited(failure);
  });
  if (received !== undefined) worker.on("message", received);
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
  };
}

/** The data that this thread was started with. */
export function threadData(): unknown {
  return workerData;
}

/** On a thread: sends a message to the one that started it. */
export function postToStarter(message: unknown): void {
  parentPort!.postMessage(message);
}

/** On a thread: it does not end by itself while it listens. */
export function onMessage(received: (message: unknown) => void): void {
  parentPort!.on("message", received);
}

/** On a thread: it is over, also while something is open. */
export function endThread(): never {
  process.exit(0);
}
