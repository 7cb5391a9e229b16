// The generated documents: name in docs/ and text.

import { configurationPage } from "./configuration-page.ts";
import { configurationSchema } from "./configuration-schema.ts";

export function documents(): ReadonlyMap<string, string> {
  const schema = configurationSchema();
  return new Map([
    ["hermod.schema.json", `${JSON.stringify(schema, undefined, 2)}\n`],
    ["configuration.md", configurationPage(schema)],
  ]);
}
