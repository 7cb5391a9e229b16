// What `hermod bench` is to do, from its options. Everything that can be wrong with them is found here,
// before anything is sent.

import { parseDuration } from "../../config/parse-duration.ts";
import { readTrustAnchors } from "../../config/read-trust-anchors.ts";
import { HermodError, messageOf } from "../../errors.ts";
import { textToName } from "../../wire/name-text.ts";
import type { HttpMethod } from "../ask/exchange.ts";
import { parseServerUrl, type ServerUrl } from "../ask/server-url.ts";
import type { Options } from "../program.ts";
import { parseExpectedRcodes } from "./expected-rcodes.ts";
import { parseMix } from "./parse-mix.ts";
import { parseRamp, parseRate } from "./parse-rate.ts";
import type { Mix } from "./question-picker.ts";
import type { ScheduleStep } from "./schedule.ts";

export type Load =
  | { readonly mode: "open"; readonly steps: readonly ScheduleStep[] }
  | { readonly mode: "closed"; readonly inFlight: number; readonly durationMs: number };

export interface BenchPlan {
  readonly server: ServerUrl;
  /** Trust anchors for TLS, PEM, in place of the system's. */
  readonly ca: string | undefined;
  readonly method: HttpMethod;
  readonly load: Load;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly mix: Mix;
  /** A file of questions to be hit; without one they are made below the zone. */
  readonly namesFile: string | undefined;
  readonly blockedNamesFile: string | undefined;
  /** Wire form; there when names have to be made. */
  readonly zone: Uint8Array | undefined;
  readonly nameCount: number;
  /** Popularity of those to be hit; in turn when missing. */
  readonly zipf: number | undefined;
  /** By class, a bit for each rcode. */
  readonly expectedRcodes: Uint16Array;
  readonly warmUp: boolean;
  readonly seed: number;
}

const DEFAULT_DURATION = "10s";
const DEFAULT_RATE = "1000";
const DEFAULT_TIMEOUT = "5s";
const DEFAULT_CONNECTIONS = 8;
const MAX_CONNECTIONS = 1000;
const DEFAULT_IN_FLIGHT = 500;
const MAX_IN_FLIGHT = 65_536;
const DEFAULT_NAME_COUNT = 1000;
const MAX_NAME_COUNT = 10_000_000;
const MAX_ZIPF = 10;
/** So that the generator's label fits in front. */
const MAX_ZONE_LENGTH = 255 - 64;

/** Throws a HermodError that says what to write instead. */
export function planBench(options: Options): BenchPlan {
  const server = parseServerUrl(String(options["server"]));
  const mix = parseMix(text(options, "mix") ?? "hit=100");
  const names = planNames(options, mix);
  checkTransport(options, server);
  const ca = text(options, "ca");
  return {
    server,
    ca: ca === undefined ? undefined : readTrustAnchors(ca),
    method: options["post"] === true ? "POST" : "GET",
    load: planLoad(options),
    connections: count(options, "connections", DEFAULT_CONNECTIONS, 1, MAX_CONNECTIONS),
    timeoutMs: duration(options, "timeout", DEFAULT_TIMEOUT),
    mix,
    ...names,
    expectedRcodes: parseExpectedRcodes(text(options, "expectRcode") ?? ""),
    warmUp: options["warmUp"] !== false && mix.hit > 0,
    seed: count(options, "seed", 1, 0, 0xffffffff),
  };
}

function checkTransport(options: Options, { scheme, url }: ServerUrl): void {
  const refuse = (option: string, schemes: string): never => {
    throw usage(`${option} goes with ${schemes} only; this is ${url}.`);
  };
  if (options["post"] === true && scheme !== "https") refuse("--post", "https://");
  if (options["ca"] !== undefined && scheme !== "tls" && scheme !== "https") {
    refuse("--ca", "tls:// and https://");
  }
}

function planLoad(options: Options): Load {
  const durationMs = duration(options, "duration", DEFAULT_DURATION);
  const ramp = text(options, "ramp");
  const rateText = text(options, "rate");
  if (ramp !== undefined) {
    if (rateText !== undefined) throw usage("--rate and --ramp exclude each other: give one.");
    refuseWindow(options);
    return { mode: "open", steps: parseRamp(ramp, durationMs) };
  }
  const rate = parseRate(rateText ?? DEFAULT_RATE);
  if (rate === "max") {
    const inFlight = count(options, "inFlight", DEFAULT_IN_FLIGHT, 1, MAX_IN_FLIGHT);
    return { mode: "closed", inFlight, durationMs };
  }
  refuseWindow(options);
  return { mode: "open", steps: [{ rate, durationMs }] };
}

function refuseWindow(options: Options): void {
  if (options["inFlight"] === undefined) return;
  throw usage(
    "--in-flight goes with --rate max only: at a fixed rate nothing waits for responses.",
  );
}

type Names = Pick<BenchPlan, "namesFile" | "blockedNamesFile" | "zone" | "nameCount" | "zipf">;

function planNames(options: Options, mix: Mix): Names {
  const namesFile = text(options, "names");
  const blockedNamesFile = text(options, "blockedNames");
  const zone = text(options, "zone");
  if (mix.hit > 0 && namesFile === undefined && zone === undefined) {
    throw usage(
      "say what to ask for: --names FILE, or --zone NAME to have names made below a zone that the server answers for.",
    );
  }
  if (mix.miss > 0 && zone === undefined) {
    throw usage("misses are made below a zone: give --zone NAME.");
  }
  if (mix.blocked > 0 && blockedNamesFile === undefined) {
    throw usage("names that the server blocks can't be guessed: give --blocked-names FILE.");
  }
  if (mix.blocked === 0 && blockedNamesFile !== undefined) {
    throw usage("--blocked-names has no use without a share in --mix, as in hit=90,blocked=10.");
  }
  if (namesFile !== undefined && options["nameCount"] !== undefined) {
    throw usage("--name-count goes with names that are made: leave it out, or --names.");
  }
  return {
    namesFile,
    blockedNamesFile,
    zone: zone === undefined ? undefined : parseZone(zone),
    nameCount: count(options, "nameCount", DEFAULT_NAME_COUNT, 1, MAX_NAME_COUNT),
    zipf: parseZipf(text(options, "zipf")),
  };
}

function parseZone(given: string): Uint8Array {
  let zone: Uint8Array;
  try {
    zone = textToName(given);
  } catch (error) {
    throw new HermodError("NAME", `--zone: ${messageOf(error)}`, { cause: error });
  }
  if (zone.length <= MAX_ZONE_LENGTH) return zone;
  throw usage(`--zone is too long: it may have ${MAX_ZONE_LENGTH} bytes, to leave room for names.`);
}

function parseZipf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const exponent = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (exponent <= MAX_ZIPF) return exponent;
  throw usage(
    `--zipf ${JSON.stringify(given)} is not an exponent from 0 to ${MAX_ZIPF}, as in 1.0.`,
  );
}

function duration(options: Options, name: string, missing: string): number {
  let ms: number;
  try {
    ms = parseDuration(text(options, name) ?? missing);
  } catch (error) {
    throw usage(`--${name}: ${messageOf(error)}.`);
  }
  if (ms > 0) return ms;
  throw usage(`--${name} must be longer than nothing, as in ${missing}.`);
}

function count(
  options: Options,
  name: string,
  missing: number,
  least: number,
  most: number,
): number {
  const given = text(options, name);
  if (given === undefined) return missing;
  const value = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usage(`--${flag} ${JSON.stringify(given)} is not a whole number from ${least} to ${most}.`);
}

function text(options: Options, name: string): string | undefined {
  return options[name] as string | undefined;
}

function usage(message: string): HermodError {
  return new HermodError("USAGE", message);
}
