// Installs the programs that the tests need, on Debian and as root only; elsewhere the tests that
// need a missing one are skipped. No installed service is started: port 53 belongs to the machine. A
// package that would replace the machine's own name service is only unpacked.

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingPackages, missingUnpacked, UNPACKED_FOLDER } from "../e2e/programs.ts";

/** invoke-rc.d and deb-systemd-invoke ask this script; 101 says that nothing may be started. */
const POLICY_FILE = "/usr/sbin/policy-rc.d";
const POLICY = "#!/bin/sh\nexit 101\n";

export function installPrograms(): void {
  const packages = missingPackages();
  if (packages.length === 0 || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  console.error(`Installing ${packages.join(", ")}`);
  const unpacked = missingUnpacked();
  withoutServices(() => {
    if (!apt("update")) return;
    apt("install", "-y", "--no-install-recommends", "--no-upgrade", ...packages);
    unpacked.forEach(unpack);
  });
}

/** Leaves the program from the package of its name in UNPACKED_FOLDER, and nothing else. */
function unpack(program: string): void {
  const folder = mkdtempSync(join(tmpdir(), "hermod-unpack-"));
  try {
    if (!aptIn(folder, "download", program)) return;
    for (const file of globSync("*.deb", { cwd: folder })) {
      spawnSync("dpkg", ["-x", file, "."], { cwd: folder, stdio: "inherit" });
    }
    mkdirSync(UNPACKED_FOLDER, { recursive: true });
    for (const found of globSync(`**/lib/systemd/${program}`, { cwd: folder })) {
      copyFileSync(join(folder, found), join(UNPACKED_FOLDER, program));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A machine that has a policy of its own keeps it. */
export function withoutServices(install: () => void): void {
  if (existsSync(POLICY_FILE)) return install();
  // An interrupt ends apt-get, not this process: the policy must not stay behind.
  const stay = (): void => {};
  process.on("SIGINT", stay).on("SIGTERM", stay);
  writeFileSync(POLICY_FILE, POLICY, { mode: 0o755 });
  try {
    install();
  } finally {
    rmSync(POLICY_FILE);
    process.off("SIGINT", stay).off("SIGTERM", stay);
  }
}

/** Whether it went well. */
export function apt(...parameters: string[]): boolean {
  return aptIn("/", ...parameters);
}

function aptIn(cwd: string, ...parameters: string[]): boolean {
  const { status } = spawnSync("apt-get", ["-q", ...parameters], {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status !== 0) console.error(`apt-get ${parameters[0]} failed.`);
  return status === 0;
}
