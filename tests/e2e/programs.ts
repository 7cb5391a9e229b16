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

export type Program = keyof typeof PACKAGES;

/** Where Debian keeps daemons; not on everyone's PATH. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

/** Absolute path of a program that is here. */
export function programPath(program: Program): string {
  const path = find(program);
  if (path === undefined) throw new Error(`${program} is not installed`);
  return path;
}

/** What a test takes as its `skip` option: false, or the reason with the packages to install. */
export function needs(...programs: readonly Program[]): string | false {
  const missing = programs.filter((program) => find(program) === undefined);
  if (missing.length === 0) return false;
  const packages = missing.map((program) => PACKAGES[program]).join(" ");
  return `needs ${missing.join(", ")} (apt-get install ${packages})`;
}

/** Debian packages of all programs that are missing. */
export function missingPackages(): string[] {
  const programs = Object.keys(PACKAGES) as Program[];
  return programs
    .filter((program) => find(program) === undefined)
    .map((program) => PACKAGES[program]);
}

function find(program: Program): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
