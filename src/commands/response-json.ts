// A response as JSON in the form of RFC 8427: its member names, flags as 0 and 1, RDATA as the text of
// a member named after the type, as in "rdataAAAA"; without the ID, which is the transport's matter.
// Members of our own come last, in lower case.

import { rcodeName } from "../telemetry/rcode-name.ts";
import type { Section } from "../wire/read-response.ts";
import type { Exchange } from "./ask/exchange.ts";
import { exchangeObject } from "./ask/exchange-text.ts";
import { typeName } from "./record-types.ts";
import {
  className,
  FLAG_NAMES,
  hasFlag,
  type RecordView,
  type ResponseView,
} from "./response-view.ts";

export function responseJson(view: ResponseView, exchange: Exchange): string {
  const [answers, authorities, additionals] = (["answer", "authority", "additional"] as const).map(
    (section) => recordsIn(view, section),
  );
  const message = {
    Opcode: 0,
    ...Object.fromEntries(FLAG_NAMES.map((name) => [name, Number(hasFlag(view, name))])),
    RCODE: view.rcode,
    QDCOUNT: 1,
    ANCOUNT: answers!.length,
    NSCOUNT: authorities!.length,
    ARCOUNT: additionals!.length,
    QNAME: view.qname,
    QTYPE: view.qtype,
    QTYPEname: typeName(view.qtype),
    QCLASS: view.qclass,
    QCLASSname: className(view.qclass),
    answerRRs: answers,
    authorityRRs: authorities,
    additionalRRs: additionals,
    rcodeName: rcodeName(view.rcode),
    extendedError: view.extendedError,
    ...exchangeObject(exchange),
  };
  return JSON.stringify(message, undefined, 2);
}

function recordsIn(view: ResponseView, section: Section): object[] {
  return view.records.filter((record) => record.section === section).map(recordObject);
}

function recordObject(record: RecordView): object {
  return {
    NAME: record.owner,
    TYPE: record.type,
    TYPEname: typeName(record.type),
    CLASS: record.class,
    CLASSname: className(record.class),
    TTL: record.ttl,
    [`rdata${typeName(record.type)}`]: record.rdata,
  };
}
