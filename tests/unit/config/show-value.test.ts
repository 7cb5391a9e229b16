import assert from "node:assert/strict";
import { test } from "node:test";
import { showValue } from "../../../src/config/show-value.ts";

test("values show on one line, quoted and never long", () => {
  assert.equal(showValue("a\nb"), '"a\\nb"');
  assert.equal(showValue(5), "5");
  assert.equal(showValue([1, { a: true }]), '[1,{"a":true}]');
  assert.equal(showValue(null), "nothing");
  assert.equal(showValue(undefined), "nothing");
  assert.equal(showValue("x".repeat(1000)).length, 61);
});
