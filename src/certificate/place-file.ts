// Puts a file in its place in one step: readers see the old content or the new, never a part of it,
// and at no moment may anyone read it whom `mode` keeps out.

import { randomUUID } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";

/** Over what is there, or only where nothing is. */
export type Placement = "replace" | "create";

/** False when `create` met a file that was there first; that file is left alone. */
export async function placeFile(
  file: string,
  text: string,
  mode: number,
  placement: Placement,
): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeSynced(temporary, text, mode);
    if (placement === "replace") await rename(temporary, file);
    else await link(temporary, file);
    return true;
  } catch (error) {
    if (placement === "create" && (error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeSynced(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, "wx", mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
