// Reads a file of questions as dnsperf has them: a name and a type on each line, A when there is none;
// lines that are empty or begin with # say nothing.

import { readFileSync } from "node:fs";
import { HermodError, messageOf } from "../../errors.ts";
import { CLASS } from "../../wire/constants.ts";
import { textToName } from "../../wire/name-text.ts";
import type { Question } from "../../wire/question.ts";
import { parseType } from "../record-types.ts";
import { MAX_QUESTIONS } from "./query-class.ts";

/** Throws a HermodError with code NAMES_FILE that begins with the file and the line. */
export function readQuestions(path: string): Question[] {
  const questions: Question[] = [];
  readText(path)
    .split("\n")
    .forEach((line, i) => {
      const words = line.trim().split(/\s+/);
      if (words[0] === "" || words[0]!.startsWith("#")) return;
      try {
        questions.push(readQuestion(words));
      } catch (error) {
        fail(`${path}:${i + 1}: ${messageOf(error)}`, error);
      }
    });
  if (questions.length === 0) {
    fail(`${path} holds no names: it needs a name and a type on each line, as in "www.example A"`);
  }
  if (questions.length > MAX_QUESTIONS) fail(`${path} holds more than ${MAX_QUESTIONS} names`);
  return questions;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return fail(`${path} can't be read: ${messageOf(error)}`, error);
  }
}

function readQuestion([name = "", type = "A", ...more]: readonly string[]): Question {
  if (more.length > 0) {
    throw new RangeError('a line has a name and a type, as in "www.example A", and nothing more');
  }
  return { qname: textToName(name), qtype: parseType(type), qclass: CLASS.IN };
}

function fail(message: string, cause?: unknown): never {
  throw new HermodError("NAMES_FILE", message, { cause });
}
