// Counts tests in a JUnit report. Only <testcase> elements count: the sums that the report itself
// gives on each level of nesting would count a nested test several times. Deno's report has an element
// for each group as well, which counts only when it failed and none of its tests did.

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export interface Report extends Tally {
  /** The test files that the report speaks of, as paths from the project's folder. */
  readonly files: ReadonlySet<string>;
}

type Outcome = keyof Tally;

interface TestCase {
  readonly name: string;
  readonly outcome: Outcome;
}

const TEST_CASE = /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const NAME = /\sname="([^"]*)"/;
const FILE = /<test(?:suite|case)\b[^>]*?\s(?:file|classname)="(?:\.\/)?([^"]*\.test\.ts)"/g;
/** Between a group's name and its test's, in Deno's report. */
const SEPARATOR = " &gt; ";

export function readReport(xml: string): Report {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const cases = Array.from(xml.matchAll(TEST_CASE), readCase);
  // Bun's report nests, and its names are not made of others.
  const tests = xml.includes('<testsuites name="deno test"') ? withoutGroups(cases) : cases;
  for (const { outcome } of tests) tally[outcome]++;
  const files = new Set(Array.from(xml.matchAll(FILE), (match) => match[1]!));
  return { ...tally, files };
}

function readCase([, attributes = "", content = ""]: RegExpMatchArray): TestCase {
  return { name: NAME.exec(attributes)?.[1] ?? "", outcome: outcomeOf(content) };
}

function outcomeOf(content: string): Outcome {
  if (/<(?:failure|error)\b/.test(content)) return "failed";
  return /<skipped\b/.test(content) ? "skipped" : "passed";
}

/** A group fails without a failing test when something around its tests did: `before`, `after`. */
function withoutGroups(cases: readonly TestCase[]): TestCase[] {
  const groups = new Set(cases.flatMap(({ name }) => groupsOf(name)));
  const failing = new Set(
    cases.flatMap(({ name, outcome }) => (outcome === "failed" ? groupsOf(name) : [])),
  );
  return cases.filter(({ name, outcome }) => {
    return !groups.has(name) || (outcome === "failed" && !failing.has(name));
  });
}

/** `a > b > c` is in the groups `a` and `a > b`. */
function groupsOf(name: string): string[] {
  const parts = name.split(SEPARATOR);
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join(SEPARATOR));
}

export function closingLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
}
