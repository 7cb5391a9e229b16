// Follows the aliases of an answer from the qname to the name that holds the data or does not
// exist. Only what this chain passes through belongs to the answer; everything else in it is
// foreign.

import { TYPE } from "./constants.ts";
import { isAtOrBelow, isNameAt, sameName } from "./name.ts";
import type { Question } from "./question.ts";
import { lowerName, type ResponseRecord } from "./read-response.ts";

const MAX_LINKS = 16;

/** One step: the CNAME at `owner` leads to `target`. Both are in lower case. */
export interface ChainLink {
  readonly owner: Uint8Array;
  readonly target: Uint8Array;
  readonly cname: ResponseRecord;
}

/** A DNAME that a CNAME of the answer was made from (RFC 6672 §3.1). */
export interface ChainDname {
  readonly owner: Uint8Array;
  readonly record: ResponseRecord;
}

export interface AnswerChain {
  readonly links: readonly ChainLink[];
  readonly dnames: readonly ChainDname[];
  /** Where the chain ends, in lower case; the qname itself when there are no links. */
  readonly last: Uint8Array;
  /** Whether there is an RRset of the qtype at `last`. */
  readonly answered: boolean;
}

// Shared by all answers without aliases: most have none.
const NO_LINKS: readonly ChainLink[] = [];
const NO_DNAMES: readonly ChainDname[] = [];

/**
 * The chain that `answers`, the answer section's records of the question's class, make. `denied`:
 * the response says NXDOMAIN, so that nothing answers. Undefined when the chain loops or has more
 * than 16 links.
 */
export function followChain(
  message: Uint8Array,
  answers: readonly ResponseRecord[],
  question: Question,
  denied: boolean,
): AnswerChain | undefined {
  let links = NO_LINKS;
  for (let last = question.qname; ; last = links.at(-1)!.target) {
    const answered = !denied && hasAnswer(message, answers, last, question.qtype);
    const link = answered ? undefined : findLink(message, answers, last, question.qtype);
    if (link === undefined) {
      const asked = answered && asksForAlias(question.qtype);
      const dnames = findDnames(message, answers, links, asked ? last : undefined);
      return { links, dnames, last, answered };
    }
    if (links.length === MAX_LINKS || leadsBack(links, link)) return undefined;
    links = [...links, link];
  }
}

function hasAnswer(
  message: Uint8Array,
  answers: readonly ResponseRecord[],
  name: Uint8Array,
  qtype: number,
): boolean {
  for (const { type, ownerOffset } of answers) {
    const matches = type === qtype || qtype === TYPE.ANY;
    if (matches && isNameAt(message, ownerOffset, name, 0)) return true;
  }
  return false;
}

/** Of several CNAMEs at one owner, which must not be (RFC 2181 §10.1), the first counts. */
function findLink(
  message: Uint8Array,
  answers: readonly ResponseRecord[],
  owner: Uint8Array,
  qtype: number,
): ChainLink | undefined {
  if (asksForAlias(qtype)) return undefined;
  const cname = findCname(message, answers, owner);
  return cname && { owner, target: lowerName(message, cname.rdataOffset), cname };
}

/** An alias that is itself asked for is not followed (RFC 1034 §3.6.2). */
function asksForAlias(qtype: number): boolean {
  return qtype === TYPE.CNAME || qtype === TYPE.ANY;
}

function findCname(
  message: Uint8Array,
  answers: readonly ResponseRecord[],
  owner: Uint8Array,
): ResponseRecord | undefined {
  for (const record of answers) {
    if (record.type === TYPE.CNAME && isNameAt(message, record.ownerOffset, owner, 0)) {
      return record;
    }
  }
  return undefined;
}

function leadsBack(links: readonly ChainLink[], { owner, target }: ChainLink): boolean {
  return sameName(owner, 0, target, 0) || links.some((link) => sameName(link.owner, 0, target, 0));
}

/** The DNAMEs behind the links, and behind the CNAME at `asked`, which is itself the answer. */
function findDnames(
  message: Uint8Array,
  answers: readonly ResponseRecord[],
  links: readonly ChainLink[],
  asked: Uint8Array | undefined,
): readonly ChainDname[] {
  if (!hasDname(answers)) return NO_DNAMES;
  const records = answers.filter((record) => record.type === TYPE.DNAME);
  const aliases: { owner: Uint8Array; target: Uint8Array }[] = [...links];
  const cname = asked && findCname(message, answers, asked);
  if (cname) aliases.push({ owner: asked, target: lowerName(message, cname.rdataOffset) });
  const candidates = records.map((record) => ({
    record,
    owner: lowerName(message, record.ownerOffset),
    target: lowerName(message, record.rdataOffset),
  }));
  return candidates.filter((dname) => aliases.some((alias) => isSynthesized(alias, dname)));
}

function hasDname(answers: readonly ResponseRecord[]): boolean {
  for (const { type } of answers) if (type === TYPE.DNAME) return true;
  return false;
}

/** Whether putting the DNAME's target in place of its owner makes the alias's owner its target. */
function isSynthesized(
  alias: { owner: Uint8Array; target: Uint8Array },
  dname: { owner: Uint8Array; target: Uint8Array },
): boolean {
  const prefixLength = alias.owner.length - dname.owner.length;
  if (prefixLength <= 0 || !isAtOrBelow(alias.owner, 0, dname.owner, 0)) return false;
  if (alias.target.length !== prefixLength + dname.target.length) return false;
  for (let i = 0; i < prefixLength; i++) {
    if (alias.owner[i] !== alias.target[i]) return false;
  }
  return sameName(alias.target, prefixLength, dname.target, 0);
}
