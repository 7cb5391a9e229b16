// Installs what a run needs from Debian, as root only, and leaves the machine as it was otherwise: no
// service is started (policy-rc.d), none is left enabled, /etc/resolv.conf stays what it is.

import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { apt, withoutServices } from "../../tests/runner/install-programs.ts";
import { findProgram } from "./find-program.ts";

/** By program. dnsmasq-base has the program without the service. */
export const PACKAGES: Readonly<Record<string, string>> = {
  unbound: "unbound",
  kresd: "knot-resolver",
  pdns_recursor: "pdns-recursor",
  dnsdist: "dnsdist",
  named: "bind9",
  dnsmasq: "dnsmasq-base",
  dnsperf: "dnsperf",
  h2load: "nghttp2-client",
  gcc: "gcc",
  openssl: "openssl",
};

const RESOLV_CONF = "/etc/resolv.conf";

/** Does nothing without root, without apt-get or when all is there; what is missing is found later. */
export function installPackages(): void {
  const missing = Object.keys(PACKAGES).filter((program) => findProgram(program) === undefined);
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  const packages = missing.map((program) => PACKAGES[program]!);
  console.error(`Installing ${packages.join(", ")}`);
  const resolvers = fileOrLink(RESOLV_CONF);
  const enabled = new Set(serviceLinks());
  withoutServices(() => {
    // libc6-dev: what gcc only recommends, and what a C program can't do without.
    const more = missing.includes("gcc") ? ["libc6-dev"] : [];
    if (apt("update")) apt("install", "-y", "--no-install-recommends", ...packages, ...more);
  });
  for (const link of serviceLinks()) if (!enabled.has(link)) rmSync(link);
  restore(RESOLV_CONF, resolvers);
}

/** The links that make a service start with the machine. */
function serviceLinks(): string[] {
  const runLevels = [0, 1, 2, 3, 4, 5, 6].map((level) => `/etc/rc${level}.d`);
  return ["/etc/systemd/system", ...runLevels].flatMap(linksBelow);
}

function linksBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isSymbolicLink());
}

interface Kept {
  readonly link?: string;
  readonly text?: string;
}

function fileOrLink(path: string): Kept {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return {};
  return found.isSymbolicLink()
    ? { link: readlinkSync(path) }
    : { text: readFileSync(path, "utf8") };
}

function restore(path: string, kept: Kept): void {
  const now = fileOrLink(path);
  if (now.link === kept.link && now.text === kept.text) return;
  rmSync(path, { force: true });
  if (kept.link !== undefined) symlinkSync(kept.link, path);
  if (kept.text !== undefined) writeFileSync(path, kept.text);
  console.error(`${path} was changed by the installation and is as before again.`);
}
