// Notices that the certificate's files were renewed, and hands over the new pair once it is complete.
// What is in use stays in use until a sound pair with other content is there.
//
// It polls by stat, which follows every symlink of the path: a file written in place or replaced by
// rename and a swapped folder all show as another inode, size or time, on every file system.
// fs.watch would be sooner by seconds that don't matter, watches the inode of before once a link has
// been swapped, and stays silent on network file systems; so it is not used.

import { stat } from "node:fs/promises";
import { clearTimeout, setTimeout } from "node:timers";
import { messageOf } from "../errors.ts";
import {
  type CertificateFiles,
  loadCertificate,
  type LoadedCertificate,
} from "./load-certificate.ts";

export interface WatchTiming {
  /** Between two looks at the files. */
  readonly pollMs: number;
  /** How long the files must lie still before they are read. */
  readonly settleMs: number;
  /** How long a pair may be incomplete before that is a problem: renewal writes one file first. */
  readonly patienceMs: number;
}

const TIMING: WatchTiming = { pollMs: 2000, settleMs: 200, patienceMs: 5000 };

export interface CertificateWatch {
  /** No callback runs after this. */
  stop(): void;
}

/**
 * `onChange` gets each new sound pair; if it rejects, that is a problem and it is called again.
 * `onProblem` gets one sentence for each broken state, after the patience; it must not throw.
 * `current` is the pair in use, so that a change since it was loaded is not missed.
 * The watch does not keep the process alive.
 */
export function watchCertificate(
  files: CertificateFiles,
  onChange: (loaded: LoadedCertificate) => void | Promise<void>,
  onProblem: (message: string) => void,
  current: LoadedCertificate,
  timing: WatchTiming = TIMING,
): CertificateWatch {
  const watch = new Watch(files, onChange, onProblem, current, timing);
  watch.lookAfter(0);
  return watch;
}

/** What is wrong with the files now. Another problem is another fault, with patience of its own. */
interface Fault {
  readonly problem: string;
  readonly sinceMs: number;
  isTold: boolean;
}

class Watch implements CertificateWatch {
  private readonly files: CertificateFiles;
  private readonly onChange: (loaded: LoadedCertificate) => void | Promise<void>;
  private readonly onProblem: (message: string) => void;
  private readonly timing: WatchTiming;
  private current: LoadedCertificate;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  /** The state of the files at the last look. */
  private seen: string | undefined;
  /** The state that `current` was read in; undefined while the files are broken. */
  private judged: string | undefined;
  private fault: Fault | undefined;

  constructor(
    files: CertificateFiles,
    onChange: (loaded: LoadedCertificate) => void | Promise<void>,
    onProblem: (message: string) => void,
    current: LoadedCertificate,
    timing: WatchTiming,
  ) {
    this.files = files;
    this.onChange = onChange;
    this.onProblem = onProblem;
    this.current = current;
    this.timing = timing;
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  lookAfter(delayMs: number): void {
    this.timer = setTimeout(async () => {
      const nextMs = await this.look();
      if (!this.isStopped) this.lookAfter(nextMs);
    }, delayMs);
    this.timer.unref();
  }

  /** One look at the files; returns when to look again. */
  private async look(): Promise<number> {
    const state = await stateOf(this.files);
    if (state === this.judged) return this.timing.pollMs;
    const liesStill = state === this.seen;
    this.seen = state;
    return liesStill ? this.judge(state) : this.timing.settleMs;
  }

  private async judge(state: string): Promise<number> {
    try {
      const loaded = await loadCertificate(this.files);
      if (this.isStopped) return 0;
      if (!isSame(loaded, this.current)) await this.onChange(loaded);
      this.current = loaded;
      this.judged = state;
      this.fault = undefined;
      return this.timing.pollMs;
    } catch (error) {
      return this.broken(messageOf(error));
    }
  }

  /** Reads on while the files are broken, also when they lie still: the clock may mend them, too. */
  private broken(problem: string): number {
    const nowMs = performance.now();
    this.judged = undefined;
    if (this.fault?.problem !== problem) {
      this.fault = { problem, sinceMs: nowMs, isTold: false };
    }
    if (nowMs - this.fault.sinceMs < this.timing.patienceMs) return this.timing.settleMs;
    if (!this.fault.isTold && !this.isStopped) this.onProblem(problem);
    this.fault.isTold = true;
    return this.timing.pollMs;
  }
}

function isSame(a: LoadedCertificate, b: LoadedCertificate): boolean {
  return a.certificate === b.certificate && a.key === b.key;
}

async function stateOf({ certificateFile, keyFile }: CertificateFiles): Promise<string> {
  const states = await Promise.all([certificateFile, keyFile].map(fileState));
  return states.join(" ");
}

/** Changes whenever the file does, also when another file takes its place. */
async function fileState(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch (error) {
    return messageOf(error);
  }
}
