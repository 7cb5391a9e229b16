// Settings from the command line, as the parser of flags gives them: by the flag's name in camel
// case, lists as arrays.

import { SETTING_NAMES, type SettingName } from "./setting-names.ts";
import { namedSource, type SettingsSource } from "./settings-source.ts";

/** `{ dns: ["127.0.0.1:53"], cacheSize: "64MiB" }`; names that are no setting's are left alone. */
export type Flags = Readonly<Record<string, unknown>>;

export function readFlags(flags: Flags): SettingsSource {
  const given = new Map<SettingName, unknown>();
  for (const name of SETTING_NAMES) {
    const value = flags[camelCase(name.flag)];
    if (value !== undefined) given.set(name, value);
  }
  return namedSource(given, [], (name) => name.flag);
}

function camelCase(flag: string): string {
  return flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
