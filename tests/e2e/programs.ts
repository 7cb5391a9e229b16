// The programs that tests run, the Debian packages that they come in, and which of them are here.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const PACKAGES = {
  unbound: "unbound",
  kdig: "knot-dnsutils",
  dig: "bind9-dnsutils",
  dnsperf: "dnsperf",
  openssl: "openssl",
  curl: "curl",
  h2load: "nghttp2-client",
  kresd: "knot-resolver",
  stubby: "stubby",
  chromium: "chromium",
  nginx: "nginx",
  varnishd: "varnish",
  bash: "bash",
  zsh: "zsh",
  fish: "fish",
} as const;

/** Their packages would change the machine's own services: unpacked, never installed. */
const UNPACKED = {
  "systemd-resolved": { libraries: "libsystemd-shared" },
} as const;

type UnpackedProgram = keyof typeof UNPACKED;
export type Program = keyof typeof PACKAGES | UnpackedProgram;

/** Where programs that are only unpacked lie, each by its name. */
export const UNPACKED_FOLDER = "/var/cache/hermod-tests";

/** Where Debian keeps daemons; not on everyone's PATH. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/sbin", UNPACKED_FOLDER];

/** Absolute path of a program that is here. */
export function programPath(program: Program): string {
  const path = find(program);
  if (path === undefined) throw new Error(`${program} is not installed`);
  return path;
}

/** What a test takes as its `skip` option: false, or the reason with the packages to install. */
export function needs(...programs: readonly Program[]): string | false {
  const missing = programs.filter(isMissing);
  if (missing.length === 0) return false;
  return `needs ${missing.join(", ")} (${missing.map(howToGet).join("; ")})`;
}

function howToGet(program: Program): string {
  if (isUnpacked(program)) return `the tests unpack ${program} when they run as root`;
  return `apt-get install ${PACKAGES[program]}`;
}

/** Debian packages to install for the programs that are missing. */
export function missingPackages(): string[] {
  const programs = Object.keys(PACKAGES) as (keyof typeof PACKAGES)[];
  return [
    ...programs.filter(isMissing).map((program) => PACKAGES[program]),
    ...missingUnpacked().map((program) => UNPACKED[program].libraries),
  ];
}

/** Programs that are missing and only to be unpacked, from the Debian package of that name. */
export function missingUnpacked(): UnpackedProgram[] {
  return (Object.keys(UNPACKED) as UnpackedProgram[]).filter(isMissing);
}

function isUnpacked(program: Program): program is UnpackedProgram {
  return program in UNPACKED;
}

function isMissing(program: Program): boolean {
  return find(program) === undefined;
}

function find(program: Program): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
