// The closing line is only as good as its counts: what a report says, and what it fails to say.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { closingLine, readReport } from "../../runner/report.ts";
import { tallyOf } from "../../runner/run-group.ts";
import { groupTestFiles } from "../../runner/test-files.ts";

const NESTED = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="4" failures="1" skipped="1">
  <testsuite name="tests/unit/a.test.ts" file="tests/unit/a.test.ts" tests="4" failures="1">
    <testsuite name="outer" file="tests/unit/a.test.ts" tests="3" failures="1" skipped="1">
      <testsuite name="inner" file="tests/unit/a.test.ts" tests="2" skipped="1">
        <testcase name="passes" file="tests/unit/a.test.ts" />
        <testcase name="skipped" file="tests/unit/a.test.ts">
          <skipped />
        </testcase>
      </testsuite>
      <testcase name="fails &gt; here" file="tests/unit/a.test.ts">
        <failure type="AssertionError" message="&lt;skipped /&gt;">1 !== 2</failure>
      </testcase>
    </testsuite>
    <testcase name="passes too" file="tests/unit/a.test.ts"/>
  </testsuite>
</testsuites>`;

/** Steps lose their file, groups are reported like tests; `hooks` has a failing after(). */
const OF_DENO = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="6" failures="3" errors="0" time="0.017">
  <testsuite name="./tests/unit/a.test.ts" tests="2" disabled="0" errors="0" failures="2">
    <testcase name="group" classname="./tests/unit/a.test.ts" line="2" col="1">
      <failure message="1 test step failed">1 test step failed.</failure>
    </testcase>
    <testcase name="hooks" classname="./tests/unit/a.test.ts" line="2" col="1">
      <failure message="Error">Error</failure>
    </testcase>
  </testsuite>
  <testsuite name="ext:deno_node/testing.ts" tests="4" disabled="1" errors="0" failures="1">
    <testcase name="group &gt; skipped" classname="ext:deno_node/testing.ts">
      <skipped/>
    </testcase>
    <testcase name="group &gt; fails" classname="ext:deno_node/testing.ts">
      <failure message="AssertionError">1 !== 2</failure>
    </testcase>
    <testcase name="hooks &gt; inner" classname="ext:deno_node/testing.ts">
    </testcase>
    <testcase name="hooks &gt; inner &gt; passes" classname="ext:deno_node/testing.ts">
    </testcase>
  </testsuite>
</testsuites>`;

const FILE = "tests/unit/a.test.ts";

describe("a test report", () => {
  test("counts each test once, however deep it is nested", () => {
    const { passed, failed, skipped, files } = readReport(NESTED);
    assert.deepEqual({ passed, failed, skipped }, { passed: 2, failed: 1, skipped: 1 });
    assert.deepEqual([...files], [FILE]);
  });

  test("of Deno counts a group only when it failed by itself", () => {
    const { passed, failed, skipped, files } = readReport(OF_DENO);
    assert.deepEqual({ passed, failed, skipped }, { passed: 1, failed: 2, skipped: 1 });
    assert.deepEqual([...files], [FILE]);
  });

  test("closes with the three numbers", () => {
    assert.equal(
      closingLine({ passed: 12, failed: 0, skipped: 3 }),
      "12 passed, 0 failed, 3 skipped",
    );
  });
});

describe("what a report does not show is a failure", () => {
  const passing = `<testcase name="a" file="${FILE}" />`;
  const counts = (xml: string, files: readonly string[], exitCode: number | null): number[] => {
    const { passed, failed, skipped, problems } = tallyOf(xml, files, exitCode);
    return [passed, failed, skipped, problems.length];
  };

  test("no report at all", () => {
    assert.deepEqual(counts("", [FILE], 0), [0, 1, 0, 1]);
  });

  test("a file that did not load", () => {
    assert.deepEqual(counts(passing, [FILE, "tests/unit/b.test.ts"], 1), [1, 1, 0, 1]);
  });

  test("a run that failed for no reported reason", () => {
    assert.deepEqual(counts(passing, [FILE], 1), [1, 1, 0, 1]);
    assert.deepEqual(counts(passing, [FILE], null), [1, 1, 0, 1]);
  });

  test("but a run that failed for a reported one counts once", () => {
    assert.deepEqual(counts(NESTED, [FILE], 1), [2, 1, 1, 0]);
  });
});

test("end-to-end and fuzz files run in a process of their own", () => {
  const files = ["tests/e2e/a.test.ts", "tests/fuzz/b.test.ts", FILE, "tests/contract/c.test.ts"];
  assert.deepEqual(groupTestFiles(files), [
    [FILE, "tests/contract/c.test.ts"],
    ["tests/e2e/a.test.ts"],
    ["tests/fuzz/b.test.ts"],
  ]);
});
