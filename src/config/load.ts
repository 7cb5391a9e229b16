// Settings from everywhere: flags over environment over file over defaults. Each source is validated
// on its own, so that a mistake shows even where another source would have the last word, and all
// mistakes show at once.

import * as v from "valibot";
import { nearestName } from "./nearest-name.ts";
import { type Environment, readEnvironment } from "./read-environment.ts";
import { type Flags, readFlags } from "./read-flags.ts";
import { knownKeys, settingsSchema } from "./schema.ts";
import { CONFIG_VARIABLE } from "./setting-names.ts";
import type { Settings } from "./settings.ts";
import { type Mistake, SettingsError } from "./settings-error.ts";
import type { Place, SettingsSource } from "./settings-source.ts";

export interface SettingsRequest {
  /** `--config`; HERMOD_CONFIG stands in for it. */
  readonly configFile?: string | undefined;
  readonly environment: Environment;
  readonly flags: Flags;
}

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

/** Rejects with a SettingsError that holds every mistake. */
export async function loadSettings(request: SettingsRequest): Promise<Settings> {
  const sources = await readSources(request);
  const mistakes = sources.flatMap((source) => [...source.mistakes, ...invalid(source)]);
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  const merged = sources.map((source) => source.input as Sections).reduce(merge);
  const halves = halfPair(merged);
  if (halves.length > 0) throw new SettingsError(halves);
  return v.parse(settingsSchema, merged);
}

/** Each source may give its half of the pair, so that this shows only when all are merged. */
function halfPair(merged: Sections): Mistake[] {
  const { certificate, key } = merged["tls"] ?? {};
  if ((certificate === undefined) === (key === undefined)) return [];
  const [given, missing, flag] =
    key === undefined
      ? ["tls.certificate", "tls.key", "--tls-key"]
      : ["tls.key", "tls.certificate", "--tls-cert"];
  const message = `is missing, and ${given} is of no use without it: give ${flag} FILE as well`;
  return [{ source: "", key: missing, message }];
}

/** The weakest first. */
async function readSources(request: SettingsRequest): Promise<SettingsSource[]> {
  const { environment, flags } = request;
  const path = request.configFile ?? environment[CONFIG_VARIABLE];
  const file = path ? [await readFile(path)] : [];
  return [...file, readEnvironment(environment), readFlags(flags)];
}

/** Start does not wait for the YAML library when there is no file. */
async function readFile(path: string): Promise<SettingsSource> {
  const { readConfigFile } = await import("./read-file.ts");
  return readConfigFile(path);
}

/** By the key: a list replaces the whole list of a weaker source. */
function merge(weaker: Sections | undefined, stronger: Sections | undefined): Sections {
  const merged = { ...weaker };
  for (const [name, section] of Object.entries(stronger ?? {})) {
    merged[name] = { ...merged[name], ...section };
  }
  return merged;
}

function invalid(source: SettingsSource): Mistake[] {
  const { issues = [] } = v.safeParse(settingsSchema, source.input);
  return issues.map((issue) => {
    const place = issue.path?.map(({ key }) => key as PropertyKey) ?? [];
    const isUnknown = issue.type === "never";
    const message = isUnknown ? unknownKey(place) : issue.message;
    return {
      source: source.where(place, isUnknown ? "key" : "value"),
      key: place.slice(0, 2).join("."),
      message,
    };
  });
}

function unknownKey(place: Place): string {
  const keys = knownKeys(place.slice(0, -1));
  const nearest = nearestName(String(place.at(-1)), keys);
  if (nearest !== undefined) return `no such key: did you mean ${nearest}?`;
  return `no such key: write one of ${keys.join(", ")}`;
}
