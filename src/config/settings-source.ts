// One place that settings come from: the configuration file, the environment or the command line.

import type { Mistake } from "./settings-error.ts";
import type { SettingName } from "./setting-names.ts";

/** A section, a key, and its position in a list: as much of it as is known. */
export type Place = readonly PropertyKey[];

export interface SettingsSource {
  /** In the shape of the configuration file, not validated; undefined when there is nothing. */
  readonly input: unknown;
  /** What was wrong already while it was read. */
  readonly mistakes: readonly Mistake[];
  /** Where the value at `place` was given, or its key, for people. */
  where(place: Place, part: "key" | "value"): string;
}

/** A source that knows its settings by one name each. */
export function namedSource(
  given: ReadonlyMap<SettingName, unknown>,
  mistakes: readonly Mistake[],
  nameOf: (setting: SettingName) => string,
): SettingsSource {
  const input: Record<string, Record<string, unknown>> = {};
  for (const [{ section, key }, value] of given) (input[section] ??= {})[key] = value;
  const where = ([section, key]: Place): string => {
    const names = [...given.keys()].filter((name) => name.section === section);
    return names.filter((name) => name.key === key).map(nameOf)[0] ?? "";
  };
  return { input, mistakes, where };
}
