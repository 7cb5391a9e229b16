// Counts tests in a JUnit report. Only <testcase> elements count: the sums that the report itself
// gives on each level of nesting would count a nested test several times.

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export interface Report extends Tally {
  /** The test files that the report speaks of, as it spells them. */
  readonly files: ReadonlySet<string>;
}

const TEST_CASE = /<testcase\b[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const FILE = /<test(?:suite|case)\b[^>]*?\sfile="([^"]*)"/g;

export function readReport(xml: string): Report {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const [, content = ""] of xml.matchAll(TEST_CASE)) tally[outcome(content)]++;
  const files = new Set(Array.from(xml.matchAll(FILE), (match) => match[1]!));
  return { ...tally, files };
}

function outcome(content: string): keyof Tally {
  if (/<(?:failure|error)\b/.test(content)) return "failed";
  return /<skipped\b/.test(content) ? "skipped" : "passed";
}

export function closingLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
}
