// systemd-resolved, whose Debian package would take over the machine's own name service if it were
// installed. So it is only unpacked, and runs with all that it reads in a folder that is its root.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Whose rights it takes on, once it has started as root. */
const USER = 65_534;
const PASSWD: string = `systemd-resolve:x:${USER}:${USER}::/:/usr/sbin/nologin\n`;
/** Where OpenSSL, and so the program, looks for those whom the system trusts. */
const TRUSTED = "/usr/lib/ssl/cert.pem";
const CONFIGURATION = "/etc/systemd/resolved.conf";
/** It writes here, and watches the place where D-Bus would be. */
const STATE = "/run/systemd/resolve";
const BUS = "/run/dbus";

export interface ResolvedPlace {
  /** An empty folder, and the program's absolute path. */
  readonly folder: string;
  readonly program: string;
  readonly configuration: string;
  /** PEM of the only authority that it trusts. */
  readonly caFile: string;
}

/** Fills the folder and returns what starts the program in it. Needs root. */
export function resolvedCommand(place: ResolvedPlace): [string, ...string[]] {
  const { caFile, configuration, folder, program } = place;
  const path = (inside: string): string => {
    const outside = join(folder, inside);
    mkdirSync(dirname(outside), { recursive: true });
    return outside;
  };
  for (const file of [program, ...librariesOf(program)]) copyFileSync(file, path(file));
  copyFileSync(caFile, path(TRUSTED));
  writeFileSync(path(CONFIGURATION), configuration);
  writeFileSync(path("/etc/passwd"), PASSWD);
  for (const state of [STATE, BUS]) mkdirSync(path(state), { recursive: true });
  execFileSync("chown", ["-R", `${USER}:${USER}`, folder]);
  return ["chroot", folder, program];
}

function librariesOf(program: string): string[] {
  const text = execFileSync("ldd", [program], { encoding: "utf8" });
  return text.match(/\/\S+/g) ?? [];
}
