// Settings from HERMOD_* variables. An unknown one is a mistake: it would otherwise be a setting that
// silently does nothing.

import { nearestName } from "./nearest-name.ts";
import { CONFIG_VARIABLE, SETTING_NAMES, type SettingName } from "./setting-names.ts";
import type { Mistake } from "./settings-error.ts";
import { namedSource, type SettingsSource } from "./settings-source.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = "HERMOD_";
/** For the project's own tests. */
const TEST_PREFIX = "HERMOD_TEST_";
const VARIABLES = [CONFIG_VARIABLE, ...SETTING_NAMES.map((name) => name.variable)];

/** An empty variable counts as not set. */
export function readEnvironment(environment: Environment): SettingsSource {
  const given = new Map<SettingName, unknown>();
  for (const name of SETTING_NAMES) {
    const value = environment[name.variable];
    if (value) given.set(name, name.isList ? splitList(value) : value);
  }
  return namedSource(given, unknownVariables(environment), (name) => name.variable);
}

function splitList(value: string): string[] {
  return value.split(",").map((item) => item.trim());
}

function unknownVariables(environment: Environment): Mistake[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !name.startsWith(TEST_PREFIX))
    .filter((name) => !VARIABLES.includes(name))
    .map((name) => ({ source: name, key: "", message: unknownVariable(name) }));
}

function unknownVariable(name: string): string {
  const [given, ...known] = [name, ...VARIABLES].map((variable) => variable.slice(PREFIX.length));
  const nearest = nearestName(given!, known);
  if (nearest !== undefined) return `no such variable: did you mean ${PREFIX}${nearest}?`;
  return `no such variable: unset it, or use one of ${VARIABLES.join(", ")}`;
}
