// A response in dig's layout, which people can read and tools know.

import { rcodeName } from "../telemetry/rcode-name.ts";
import type { Section } from "../wire/read-response.ts";
import type { Exchange } from "./ask/exchange.ts";
import { exchangeLines } from "./ask/exchange-text.ts";
import { typeName } from "./record-types.ts";
import {
  className,
  FLAG_NAMES,
  hasFlag,
  type RecordView,
  type ResponseView,
} from "./response-view.ts";

const SECTIONS: readonly Section[] = ["answer", "authority", "additional"];

export function responseText(view: ResponseView, exchange: Exchange): string {
  const blocks = [
    headerText(view),
    `;; QUESTION SECTION:\n;${view.qname}\t\t${className(view.qclass)}\t${typeName(view.qtype)}`,
    ...SECTIONS.map((section) => sectionText(view, section)),
    exchangeLines(exchange).join("\n"),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** The RDATA of the answers, one a line. */
export function shortText(view: ResponseView): string {
  return recordsIn(view, "answer")
    .map((record) => record.rdata)
    .join("\n");
}

function headerText(view: ResponseView): string {
  const flags = FLAG_NAMES.filter((name) => hasFlag(view, name)).map((name) => name.toLowerCase());
  const counts = SECTIONS.map((name) => `${name.toUpperCase()}: ${recordsIn(view, name).length}`);
  const lines = [
    `;; opcode: QUERY, status: ${rcodeName(view.rcode)}`,
    `;; flags: ${flags.join(" ")}; QUERY: 1, ${counts.join(", ")}`,
  ];
  if (view.edns !== undefined) {
    const { version, udpSize, dnssecOk } = view.edns;
    lines.push(`;; EDNS: version: ${version}, flags:${dnssecOk ? " do" : ""}; udp: ${udpSize}`);
  }
  if (view.extendedError !== undefined) {
    const { code, name, text } = view.extendedError;
    const detail = text === "" ? "" : `: ${text}`;
    lines.push(`;; extended error: ${code}${name === "" ? "" : ` (${name})`}${detail}`);
  }
  return lines.join("\n");
}

function sectionText(view: ResponseView, section: Section): string {
  const records = recordsIn(view, section);
  if (records.length === 0) return "";
  return [`;; ${section.toUpperCase()} SECTION:`, ...records.map(recordText)].join("\n");
}

function recordText(record: RecordView): string {
  const { owner, ttl, rdata } = record;
  return [owner, ttl, className(record.class), typeName(record.type), rdata].join("\t");
}

function recordsIn(view: ResponseView, section: Section): RecordView[] {
  return view.records.filter((record) => record.section === section);
}
