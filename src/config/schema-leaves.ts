// The kinds of value that a setting can have. Each takes what people write and gives what the code
// works with; its message holds the value, what is wrong with it and what to write instead.

import * as v from "valibot";
import { messageOf } from "../errors.ts";
import { addressBytes, isLoopback } from "./address-bytes.ts";
import { formatDuration, parseDuration } from "./parse-duration.ts";
import { type Endpoint, parseEndpoint } from "./parse-endpoint.ts";
import { formatSize, parseSize } from "./parse-size.ts";
import { showValue } from "./show-value.ts";

export type Leaf<Input, Output> = v.GenericSchema<Input, Output>;
type Scalar = string | number;

/** Takes text that `parse` takes; what `parse` throws becomes the message. */
export function text<Output>(
  parse: (given: string) => Output,
  example: string,
): Leaf<string, Output> {
  return v.pipe(v.string(notA("text", example)), v.examples([example]), parsedBy(parse));
}

/** A size between two others, as in `64MiB`; gives bytes. */
export function size(least: string, most: string): Leaf<Scalar, number> {
  const range = [parseSize(least), parseSize(most)] as const;
  const parse = inRange(parseSize, formatSize, range);
  return v.pipe(scalar("size", "64MiB"), parsedBy(parse), documentedRange("size", least, most));
}

/** A duration between two others, as in `30s`; gives milliseconds. */
export function durationMs(least: string, most: string): Leaf<Scalar, number> {
  const range = [parseDuration(least), parseDuration(most)] as const;
  const parse = inRange(parseDuration, formatDuration, range);
  const documented = documentedRange<number>("duration", least, most);
  return v.pipe(scalar("duration", "30s"), parsedBy(parse), documented);
}

/** A duration of whole seconds between two others; gives seconds. */
export function durationSeconds(least: string, most: string): Leaf<Scalar, number> {
  return v.pipe(durationMs(least, most), parsedBy(wholeSeconds));
}

/** A whole number between two others. */
export function count(least: number, most: number): Leaf<number, number> {
  const inside = (given: number): boolean =>
    Number.isInteger(given) && given >= least && given <= most;
  const message = (issue: { input: unknown }): string =>
    `${showValue(issue.input)} is out of range: write a whole number from ${least} to ${most}`;
  const number = v.number(notA("number", String(least)));
  const documented = documentedRange<number>("whole number", String(least), String(most));
  return v.pipe(number, v.check(inside, message), documented);
}

/** A whole number between two others that a flag or a variable may give, too, as text. */
export function countOrText(least: number, most: number): Leaf<Scalar, number> {
  const parse = (given: Scalar): number => {
    const value = typeof given === "number" ? given : /^\d+$/.test(given) ? Number(given) : NaN;
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new RangeError(
      `${showValue(given)} is out of range: write a whole number from ${least} to ${most}`,
    );
  };
  const documented = documentedRange<number>("whole number", String(least), String(most));
  return v.pipe(scalar("number", String(least)), parsedBy(parse), documented);
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Leaf<Word, Word> {
  return v.picklist(
    words,
    (issue) => `${showValue(issue.input)} is not known here: write one of ${words.join(", ")}`,
  );
}

/** A list of at least one. */
export function listOf<Input, Output>(
  item: Leaf<Input, Output>,
  example: string,
): Leaf<Input[], Output[]> {
  return v.pipe(
    v.array(item, notA("list", `[${example}]`)),
    v.minLength(1, `the list is empty: write at least one, as in [${example}]`),
  );
}

/** A list that may be empty. */
export function anyNumberOf<Input, Output>(
  item: Leaf<Input, Output>,
  example: string,
): Leaf<Input[], Output[]> {
  return v.array(item, notA("list", `[${example}]`));
}

/** An endpoint on loopback: what is there has no login. */
export function parseLoopbackEndpoint(given: string): Endpoint {
  const endpoint = parseEndpoint(given);
  if (isLoopback(addressBytes(endpoint.host)!)) return endpoint;
  throw new RangeError(
    `${showValue(given)} is not loopback, and there is no login yet: write 127.0.0.1:${endpoint.port} or [::1]:${endpoint.port}`,
  );
}

function documentedRange<T>(
  kind: string,
  least: string,
  most: string,
): v.MetadataAction<T, { kind: string; range: string }> {
  return v.metadata({ kind, range: `${least} to ${most}` });
}

function scalar(kind: string, example: string): Leaf<Scalar, Scalar> {
  return v.union([v.string(), v.number()], notA(kind, example));
}

/** The message for a value of the wrong type. */
export function notA(kind: string, example: string): (issue: { input: unknown }) => string {
  return (issue) => `${showValue(issue.input)} is not a ${kind}: write it as in ${example}`;
}

function parsedBy<Input, Output>(
  parse: (given: Input) => Output,
): v.RawTransformAction<Input, Output> {
  return v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return parse(dataset.value);
    } catch (error) {
      addIssue({ message: messageOf(error) });
      return NEVER;
    }
  });
}

function inRange(
  parse: (given: Scalar) => number,
  format: (value: number) => string,
  [least, most]: readonly [number, number],
): (given: Scalar) => number {
  return (given) => {
    const value = parse(given);
    if (value >= least && value <= most) return value;
    throw new RangeError(
      `${showValue(given)} is out of range: write from ${format(least)} to ${format(most)}`,
    );
  };
}

function wholeSeconds(ms: number): number {
  if (ms % 1000 === 0) return ms / 1000;
  throw new RangeError(`${ms}ms is not a whole number of seconds: write it as in 1s`);
}
