// Reads the files that deploy Hermod: what each of them would run, as a program and its arguments.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export const PROJECT_FOLDER: string = join(import.meta.dirname, "..", "..", "..");

export function projectFile(path: string): string {
  return readFileSync(join(PROJECT_FOLDER, path), "utf8");
}

export interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** Instructions of a Dockerfile in order, continued lines joined. */
export function dockerInstructions(text: string): Instruction[] {
  return meaningfulLines(text.replace(/\\\n\s*/g, "")).map((line) => {
    const [name = ""] = line.split(" ", 1);
    return { name, value: line.slice(name.length + 1) };
  });
}

/** Every value of a key in a unit file's section, in order. */
export function unitValues(text: string, section: string, key: string): string[] {
  let current = "";
  return meaningfulLines(text).flatMap((line) => {
    current = /^\[(.*)\]$/.exec(line)?.[1] ?? current;
    return current === section && line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : [];
  });
}

function meaningfulLines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

export type PlistValue = string | number | boolean | PlistValue[] | { [key: string]: PlistValue };

const TAG =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<(\/?)([a-z]+)([^>]*?)(\/?)>|([^<\s][^<]*)/g;

interface Element {
  readonly name: string;
  text: string;
  readonly children: Element[];
}

/** Reads a property list; throws for tags that do not close. */
export function readPlist(xml: string): PlistValue {
  const root: Element = { name: "", text: "", children: [] };
  const open = [root];
  for (const [whole, close, name, , empty, text] of xml.matchAll(TAG)) {
    if (text !== undefined) open.at(-1)!.text += text;
    if (name === undefined) continue;
    if (close === "/") {
      if (open.pop()!.name !== name) throw new Error(`${whole} closes another element`);
      continue;
    }
    const element: Element = { name, text: "", children: [] };
    open.at(-1)!.children.push(element);
    if (empty !== "/") open.push(element);
  }
  if (open.length !== 1) throw new Error(`${open.at(-1)!.name} is not closed`);
  return plistValue(root.children[0]!.children[0]!);
}

function plistValue({ name, text, children }: Element): PlistValue {
  if (name === "true" || name === "false") return name === "true";
  if (name === "integer") return Number(text);
  if (name === "array") return children.map(plistValue);
  if (name === "string") return text;
  if (name !== "dict") throw new Error(`<${name}> is not known here`);
  const pairs: [string, PlistValue][] = [];
  for (let i = 0; i < children.length; i += 2) {
    if (children[i]!.name !== "key") throw new Error("a dict is keys and values in turn");
    pairs.push([children[i]!.text, plistValue(children[i + 1]!)]);
  }
  return Object.fromEntries(pairs);
}
