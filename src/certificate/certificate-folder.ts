// Decides where the development certificate lives: in the project's own certs/ while Hermod runs from
// its sources, else in the user's state folder. A compiled binary has no folder of its own on disk.

import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** An absolute path; the folder need not exist yet. */
export function certificateFolder(): string {
  const folder = fileURLToPath(new URL("../../certs", import.meta.url));
  return isProjectFolder(folder) ? folder : join(stateFolder(), "hermod");
}

/** The README tells the project's certs/ from any other folder of that name. */
function isProjectFolder(folder: string): boolean {
  try {
    accessSync(join(folder, "README.md"), constants.R_OK);
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** XDG base directories: a relative path there is to be ignored. */
function stateFolder(): string {
  const named = process.env["XDG_STATE_HOME"] ?? "";
  return isAbsolute(named) ? named : join(homedir(), ".local", "state");
}
