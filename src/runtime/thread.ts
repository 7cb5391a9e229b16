// Threads with their own event loop, which share memory with the one that starts them. Both runtimes
// have those of Node.

import { Worker, workerData } from "node:worker_threads";

/** Told once, when the thread is over: without an error when it came to the end of its file. */
export type ThreadExit = (error: Error | undefined) => void;

/** The folder of the sources; in a compiled binary every file that was bundled lies at its root. */
const SOURCES = new URL(import.meta.url.includes("/$bunfs/") ? "./" : "../", import.meta.url);

/**
 * Runs `file`, a path in the folder of the sources, on a thread of its own. It gets `data` by
 * structured clone: shared buffers stay shared, everything else is copied. What it throws does not
 * disturb this thread. A compiled binary has only those files that its build names.
 */
export function startThread(file: string, data: unknown, exited: ThreadExit): void {
  let failure: Error | undefined;
  const worker = new Worker(new URL(file, SOURCES), { workerData: data });
  worker.on("error", (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  worker.on("exit", (code: number) => {
    if (code !== 0) failure ??= new Error(`the thread ended with code ${code}`);
    exited(failure);
  });
}

/** The data that this thread was started with. */
export function threadData(): unknown {
  return workerData;
}
