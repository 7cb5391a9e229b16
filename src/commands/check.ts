// `hermod check`: reads the settings as serve would, and says either that they are good or everything
// that is wrong with them.

import { loadSettings } from "../config/load.ts";
import type { Environment } from "../config/read-environment.ts";
import type { Options } from "./program.ts";
import type { Terminal } from "./terminal.ts";

/** Resolves with the exit code. Rejects with a SettingsError that holds every mistake. */
export async function check(
  options: Options,
  environment: Environment,
  terminal: Terminal,
): Promise<number> {
  const configFile = options["config"] as string | undefined;
  const { listen, upstream } = await loadSettings({ configFile, environment, flags: {} });
  const { dns, doh, dohPlain, dot } = listen;
  const listeners = counted([dns, dot, doh, dohPlain].flat().length, "listener");
  terminal.print(`ok: ${listeners}, ${counted(upstream.servers.length, "upstream")}`);
  return 0;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
