// How large a process's JavaScript heap is, told by itself: report-heap.ts, loaded before the server,
// writes a line a second to standard error, and lastReport() reads it.

export const REPORT_PREFIX = "heap bytes: ";

/** Bytes, as the last whole line of `output` says; 0 before the first. */
export function lastReport(output: string): number {
  const at = output.lastIndexOf(REPORT_PREFIX, output.lastIndexOf("\n"));
  return at < 0 ? 0 : Number.parseInt(output.slice(at + REPORT_PREFIX.length), 10);
}
