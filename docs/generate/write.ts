// Writes the generated documents.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { documents } from "./documents.ts";

for (const [name, text] of documents()) writeFileSync(join(import.meta.dirname, "..", name), text);
