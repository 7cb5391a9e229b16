// A watch on a certificate whose word is kept, and the waiting for it. Waits end as soon as what they
// wait for is there.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  type CertificateFiles,
  loadCertificate,
  type LoadedCertificate,
} from "../../../src/certificate/load-certificate.ts";
import {
  type CertificateWatch,
  watchCertificate,
  type WatchTiming,
} from "../../../src/certificate/watch-certificate.ts";
import type { Pair } from "./openssl.ts";

export const QUICK: WatchTiming = { pollMs: 20, settleMs: 20, patienceMs: 100 };
/** For what must not be complained about, however slow the machine is. */
export const PATIENT: WatchTiming = { ...QUICK, patienceMs: 600_000 };

const DEADLINE_MS = 20_000;

export async function until(isSo: () => boolean, what: () => string): Promise<void> {
  const endMs = performance.now() + DEADLINE_MS;
  while (!isSo()) {
    assert.ok(performance.now() < endMs, what());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Watches, and keeps what the watch tells, in order. */
export class Recorder {
  readonly changes: LoadedCertificate[] = [];
  readonly problems: string[] = [];
  watch: CertificateWatch | undefined;

  async start(files: CertificateFiles, timing: WatchTiming): Promise<void> {
    const loaded = await loadCertificate(files);
    this.watch = watchCertificate(files, this.onChange, this.onProblem, loaded, timing);
  }

  readonly onChange = (loaded: LoadedCertificate): void => void this.changes.push(loaded);
  readonly onProblem = (message: string): void => void this.problems.push(message);

  async changed(...pairs: readonly Pair[]): Promise<void> {
    await until(
      () => this.changes.length >= pairs.length,
      () => `${this.changes.length} changes, problems: ${this.problems.join(" | ")}`,
    );
    this.expect(...pairs);
  }

  /** These changes and no others. */
  expect(...pairs: readonly Pair[]): void {
    const expected = pairs.map(({ certificate, key }) => ({ certificate, key }));
    const found = this.changes.map(({ certificate, key }) => ({ certificate, key }));
    assert.deepEqual(found, expected);
  }

  async complained(count: number): Promise<void> {
    await until(
      () => this.problems.length >= count,
      () => `${this.problems.length} problems, ${this.changes.length} changes`,
    );
    assert.equal(this.problems.length, count, this.problems.join(" | "));
  }
}

/** Watches `files` to the end of the test. */
export async function watching(
  context: TestContext,
  files: CertificateFiles,
  timing: WatchTiming = QUICK,
): Promise<Recorder> {
  const recorder = new Recorder();
  await recorder.start(files, timing);
  context.after(() => recorder.watch!.stop());
  return recorder;
}

/** Nothing tells that a mend with the old pair was noticed, so it is given longer and longer. */
export async function toldAgain(
  recorder: Recorder,
  mend: () => void,
  spoil: () => void,
): Promise<void> {
  for (let waitMs = 200; recorder.problems.length < 2; waitMs *= 2) {
    assert.ok(waitMs < 10_000, "the second fault is not told");
    mend();
    await pause(waitMs);
    spoil();
    await pause(waitMs);
  }
  recorder.expect();
}
