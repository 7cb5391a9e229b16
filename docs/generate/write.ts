// Writes the generated documents.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { documents } from "./documents.ts";

const docs = join(import.meta.dirname, "..");
mkdirSync(join(docs, "charts"), { recursive: true });
for (const [name, text] of documents()) writeFileSync(join(docs, name), text);
