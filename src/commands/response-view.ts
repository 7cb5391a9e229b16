// A response taken apart for people: what every way to print it starts from.

import { CLASS, EDE, FLAG, HEADER_LENGTH, MAX_NAME_LENGTH } from "../wire/constants.ts";
import { copyName } from "../wire/name.ts";
import { nameToText } from "../wire/name-text.ts";
import {
  type ParsedResponse,
  readResponse,
  type ResponseRecord,
  type Section,
} from "../wire/read-response.ts";
import type { ResponseFault } from "../wire/response-fault.ts";
import { rdataTexts } from "./rdata-text.ts";

export interface RecordView {
  readonly section: Section;
  readonly owner: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** In presentation form. */
  readonly rdata: string;
}

export interface ExtendedErrorView {
  readonly code: number;
  /** As the registry has it, or empty. */
  readonly name: string;
  readonly text: string;
}

export interface ResponseView extends Omit<ParsedResponse, "qname" | "records"> {
  /** As the response spells it. */
  readonly qname: string;
  readonly records: readonly RecordView[];
  readonly extendedError: ExtendedErrorView | undefined;
}

/** The header's flags that can be set in a response, in the order of their bits. */
export const FLAG_NAMES = ["QR", "AA", "TC", "RD", "RA", "AD", "CD"] as const;

const CLASS_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(CLASS).map(([name, number]) => [number, name]),
);

/** The message's view, or why it is not well-formed. */
export function viewResponse(message: Uint8Array): ResponseView | ResponseFault {
  const parsed = readResponse(message);
  if (typeof parsed === "string") return parsed;
  const rdata = rdataTexts(message, parsed.records);
  return {
    ...parsed,
    qname: nameToText(message, HEADER_LENGTH),
    records: parsed.records.map((record, i) => viewRecord(message, record, rdata[i]!)),
    extendedError: viewExtendedError(parsed),
  };
}

export function hasFlag(view: ResponseView, name: (typeof FLAG_NAMES)[number]): boolean {
  return (view.flags & FLAG[name]) !== 0;
}

/** `IN`; `CLASS42` for those without a name (RFC 3597 §5). */
export function className(number: number): string {
  return CLASS_NAMES.get(number) ?? `CLASS${number}`;
}

function viewRecord(message: Uint8Array, record: ResponseRecord, rdata: string): RecordView {
  const owner = new Uint8Array(MAX_NAME_LENGTH);
  copyName(message, 0, message.length, record.ownerOffset, owner, 0, false);
  const { section, type, ttl } = record;
  return { section, owner: nameToText(owner, 0), type, class: record.class, ttl, rdata };
}

function viewExtendedError({ edns }: ParsedResponse): ExtendedErrorView | undefined {
  if (edns?.ede === undefined) return undefined;
  const { code, text } = edns.ede;
  const [constant = ""] = Object.entries(EDE).find(([, number]) => number === code) ?? [];
  const words = constant
    .toLowerCase()
    .replace(
      /(^|_)(.)/g,
      (_, gap: string, letter: string) => `${gap && " "}${letter.toUpperCase()}`,
    );
  return { code, name: words, text: new TextDecoder().decode(text) };
}
