// Settings from the configuration file, YAML. Keeps the places of keys and values, so that a mistake
// can be shown where it stands.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type Document,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLError,
} from "yaml";
import { messageOf } from "../errors.ts";
import type { Mistake } from "./settings-error.ts";
import type { Place, SettingsSource } from "./settings-source.ts";

/** Keys that name a file: relative to the configuration file, wherever Hermod was started. */
const FILE_KEYS = [
  ["upstream", "ca"],
  ["tls", "certificate"],
  ["tls", "key"],
] as const;
const DUPLICATE = "DUPLICATE_KEY";
const MENDS: Readonly<Record<string, string>> = {
  [DUPLICATE]: "this key stands here a second time: keep one of them",
  TAB_AS_INDENT: "a tab can't indent: write spaces",
  MULTIPLE_DOCS: "the file holds a second document: keep what stands before ---",
};
const QUOTE = "values that contain [ ] { } # or a colon with a space go in quotes";

export function readConfigFile(path: string): SettingsSource {
  try {
    return parseConfig(path, readFileSync(path, "utf8"));
  } catch (error) {
    return unusable(path, `can't be read: ${messageOf(error)}`);
  }
}

/** `path` is for messages, and the files that the text names are relative to it. */
export function parseConfig(path: string, text: string): SettingsSource {
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, logLevel: "error" } as const;
  const document = parseDocument(text, options);
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const mistakes = document.errors.map((error) => syntaxMistake(error, at));
  // Past a duplicate key the rest still means what it says; past other errors it may not.
  const isReadable = document.errors.every((error) => error.code === DUPLICATE);
  return {
    input: isReadable ? contentOf(document, path) : undefined,
    mistakes,
    where: (place, part) => at(offsetOf(document, place, part)),
  };
}

function unusable(path: string, message: string): SettingsSource {
  return { input: undefined, mistakes: [{ source: path, key: "", message }], where: () => path };
}

function syntaxMistake(error: YAMLError, at: (offset: number) => string): Mistake {
  const message = MENDS[error.code] ?? `not YAML: ${error.message}; ${QUOTE}`;
  return { source: at(error.pos[0]), key: "", message };
}

function contentOf(document: Document, path: string): unknown {
  for (const place of FILE_KEYS) {
    const file = document.hasIn(place) ? document.getIn(place) : undefined;
    if (typeof file === "string") document.setIn(place, resolve(dirname(path), file));
  }
  return document.toJS() ?? undefined;
}

/** The offset of the value at `place`, or of its key; of what is nearest if there is neither. */
function offsetOf(document: Document, place: Place, part: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [depth, key] of place.entries()) {
    const found = childOf(node, key);
    if (found === undefined) break;
    const wantsKey = part === "key" && depth === place.length - 1;
    offset = (wantsKey ? undefined : startOf(found.value)) ?? startOf(found.key) ?? offset;
    node = found.value;
  }
  return offset;
}

function childOf(node: unknown, key: PropertyKey): { key: unknown; value: unknown } | undefined {
  if (isMap(node)) return node.items.findLast((pair) => String(pair.key) === String(key));
  if (isSeq(node)) return { key: undefined, value: node.items[Number(key)] };
  return undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
