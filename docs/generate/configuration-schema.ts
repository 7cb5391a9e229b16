// The JSON Schema of the configuration file, for editors, made of the schema that Hermod itself reads
// the file with. What JSON Schema can't express (addresses, units) is left to `hermod check`.

import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { settingsSchema } from "../../src/config/schema.ts";

/** The part of JSON Schema that occurs. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

export function configurationSchema(): JsonSchema {
  const schema = toJsonSchema(settingsSchema as GenericSchema, {
    // Transformations have no counterpart: what people write is what the schema describes.
    errorMode: "ignore",
    overrideAction({ valibotAction, jsonSchema }) {
      if (valibotAction.type !== "metadata") return undefined;
      const { metadata } = valibotAction as unknown as { metadata: RangeMetadata };
      return { ...jsonSchema, ...rangeKeywords(metadata) };
    },
  });
  const { $schema, ...rest } = schema as JsonSchema & { $schema: string };
  const named = { $schema, title: "Configuration of Hermod" };
  return { ...named, ...simplify(rest) } as JsonSchema;
}

/** What a leaf of the settings says about its range. */
interface RangeMetadata {
  readonly kind: string;
  /** `1 to 100`. */
  readonly range: string;
}

function rangeKeywords({ kind, range }: RangeMetadata): object {
  const title = `${kind}, ${range}`;
  if (kind !== "whole number") return { title };
  const [minimum, maximum] = range.split(" to ").map(Number);
  return { title, type: "integer", minimum, maximum };
}

/**
 * A mapping that may be left empty as `type: ["object", "null"]`, and no keyword that says nothing:
 * editors show what remains.
 */
function simplify(schema: JsonSchema): JsonSchema {
  const [mapping, nothing] = schema.anyOf ?? [];
  if (mapping?.properties === undefined) return schema;
  if (nothing?.type !== "null") throw new Error("a section is a mapping or empty");
  const properties = Object.fromEntries(
    Object.entries(mapping.properties).map(([key, property]) => [key, simplify(property)]),
  );
  return { type: ["object", "null"], properties, additionalProperties: false };
}
