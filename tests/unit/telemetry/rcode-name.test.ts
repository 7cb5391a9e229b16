import assert from "node:assert/strict";
import { test } from "node:test";
import { rcodeName } from "../../../src/telemetry/rcode-name.ts";

test("RCODEs have their registered names, others their number", () => {
  assert.equal(rcodeName(0), "NOERROR");
  assert.equal(rcodeName(3), "NXDOMAIN");
  assert.equal(rcodeName(23), "BADCOOKIE");
  assert.equal(rcodeName(11), "RCODE11");
  assert.equal(rcodeName(4095), "RCODE4095");
});
