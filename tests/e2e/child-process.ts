// Starts a program that runs until it is stopped, keeps what it prints, and sees to it that it does
// not outlive the tests. Programs are only ever stopped by the handle that started them.

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ChildOptions {
  /** Replaces the environment; by default the child inherits it. */
  readonly environment?: NodeJS.ProcessEnv;
}

export class Child {
  readonly name: string;
  stdout = "";
  stderr = "";
  /** Set once the program has ended and its output is complete. */
  exit: Exit | undefined;
  readonly exited: Promise<Exit>;
  private readonly process: ChildProcess;
  private readonly watchers = new Set<() => void>();

  constructor(program: string, parameters: readonly string[], options: ChildOptions = {}) {
    this.name = program;
    this.process = spawn(program, parameters, {
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.environment && { env: options.environment }),
    });
    this.process.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.notify();
    });
    this.process.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.notify();
    });
    this.exited = this.watchExit();
  }

  get pid(): number {
    return this.process.pid!;
  }

  private watchExit(): Promise<Exit> {
    const killWithUs = (): void => void this.process.kill("SIGKILL");
    process.on("exit", killWithUs);
    return new Promise((resolve) => {
      const finish = (exit: Exit): void => {
        process.off("exit", killWithUs);
        this.exit = exit;
        resolve(exit);
        this.notify();
      };
      this.process.on("close", (code, signal) => finish({ code, signal }));
      this.process.on("error", (error) => {
        this.stderr += error.message;
        finish({ code: null, signal: null });
      });
    });
  }

  private notify(): void {
    for (const watcher of this.watchers) watcher();
  }

  signal(name: "SIGTERM" | "SIGINT" | "SIGKILL"): void {
    // Not by the handle: Deno then reports the signal, whatever the exit code.
    if (this.exit === undefined) process.kill(this.process.pid!, name);
  }

  /** Resolves once `seen()` is true; rejects with all output when the program ends or time is up. */
  waitUntil(seen: () => boolean, what: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (error?: Error): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (seen()) finish();
        else if (this.exit !== undefined) finish(this.failure(`ended before ${what}`));
      };
      const timer = setTimeout(() => {
        finish(this.failure(`gave no ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.watchers.add(look);
      look();
    });
  }

  /** Stops it at once, if it still runs. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
  }

  failure(what: string): Error {
    const exit = this.exit === undefined ? "running" : JSON.stringify(this.exit);
    const output = `--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`;
    return new Error(`${this.name} ${what} (${exit})\n${output}`);
  }
}

/** Runs a program to its end. */
export async function run(
  program: string,
  parameters: readonly string[],
  options: ChildOptions & { readonly timeoutMs: number },
): Promise<Child & { exit: Exit }> {
  const child = new Child(program, parameters, options);
  const limit = setTimeout(() => child.signal("SIGKILL"), options.timeoutMs);
  await child.exited;
  clearTimeout(limit);
  return child as Child & { exit: Exit };
}
