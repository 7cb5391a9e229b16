// Installs the programs that the tests need, on Debian and as root only; elsewhere the tests that
// need a missing one are skipped. No installed service is started: port 53 belongs to the machine.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { missingPackages } from "../e2e/programs.ts";

/** invoke-rc.d and deb-systemd-invoke ask this script; 101 says that nothing may be started. */
const POLICY_FILE = "/usr/sbin/policy-rc.d";
const POLICY = "#!/bin/sh\nexit 101\n";

export function installPrograms(): void {
  const packages = missingPackages();
  if (packages.length === 0 || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  console.error(`Installing ${packages.join(", ")}`);
  withoutServices(() => {
    if (apt("update")) apt("install", "-y", "--no-install-recommends", ...packages);
  });
}

/** A machine that has a policy of its own keeps it. */
function withoutServices(install: () => void): void {
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

function apt(...parameters: string[]): boolean {
  const { status } = spawnSync("apt-get", ["-q", ...parameters], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status !== 0) console.error(`apt-get ${parameters[0]} failed.`);
  return status === 0;
}
