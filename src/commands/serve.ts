// `hermod serve`: settings, then the server, then nothing until a signal says to stop. Standard output
// says where it listens and then `ready`; everything later goes to the log.

import { messageOf } from "../errors.ts";
import { loadSettings } from "../config/load.ts";
import type { Environment } from "../config/read-environment.ts";
import type { Settings } from "../config/settings.ts";
import type { RunningServer } from "../server.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import type { Options } from "./program.ts";
import type { Terminal } from "./terminal.ts";

/** What serve composes; tests put others in their place. */
export interface ServeParts {
  readonly startServer: (settings: Settings, log: Log) => Promise<RunningServer>;
  readonly onStopSignal: (callback: (signal: string) => void) => void;
}

/** Resolves with the exit code once the server has stopped. Throws a HermodError if it can't start. */
export async function serve(
  options: Options,
  environment: Environment,
  terminal: Terminal,
  loadParts: () => Promise<ServeParts> = loadServer,
): Promise<number> {
  const configFile = options["config"] as string | undefined;
  const settings = await loadSettings({ configFile, environment, flags: options });
  const { startServer, onStopSignal } = await loadParts();
  const log = createLog({ level: settings.log.level });
  const server = await startServer(settings, log);
  const stopSignal = new Promise<string>((resolve) => onStopSignal(resolve));
  for (const place of server.listening) terminal.print(`listening on ${place}`);
  // The clock starts with the process, so that this is what a user waited.
  terminal.print(`ready in ${Math.round(performance.now())} ms`);
  log.info(`${await stopSignal}: stopping`);
  return stopServer(server, log);
}

/** Whatever goes wrong now, the process is to end. */
async function stopServer(server: RunningServer, log: Log): Promise<number> {
  try {
    await server.stop();
    return 0;
  } catch (error) {
    log.error(`stopped badly: ${messageOf(error)}`);
    return 1;
  }
}

async function loadServer(): Promise<ServeParts> {
  const { startServer } = await import("../server.ts");
  const { selectRuntime } = await import("../runtime/select.ts");
  const { onStopSignal } = await selectRuntime();
  return { startServer, onStopSignal };
}
