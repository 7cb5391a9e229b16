// The generated documents: path from docs/ and text.

import { hitRateDocuments } from "../../bench/hit-rate/page.ts";
import { readResults } from "../../bench/hit-rate/results.ts";
import { peerDocuments } from "../../bench/peers/report/documents.ts";
import { configurationPage } from "./configuration-page.ts";
import { configurationSchema } from "./configuration-schema.ts";

export function documents(): ReadonlyMap<string, string> {
  const schema = configurationSchema();
  return new Map([
    ["hermod.schema.json", `${JSON.stringify(schema, undefined, 2)}\n`],
    ["configuration.md", configurationPage(schema)],
    ...hitRateDocuments(readResults()),
    ...peerDocuments(),
  ]);
}
