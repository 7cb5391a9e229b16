import assert from "node:assert/strict";
import { test } from "node:test";
import { parseType, typeName } from "../../../src/commands/record-types.ts";

test("types have their registered names, others their number", () => {
  assert.equal(typeName(1), "A");
  assert.equal(typeName(65), "HTTPS");
  assert.equal(typeName(65_280), "TYPE65280");
});

test("a type is read by name or number, in any case", () => {
  assert.equal(parseType("A"), 1);
  assert.equal(parseType("https"), 65);
  assert.equal(parseType("type28"), 28);
  assert.equal(parseType("TYPE65535"), 65_535);
});

test("an unknown type is refused with the nearest one", () => {
  const message = (text: string): string => {
    try {
      parseType(text);
    } catch (error) {
      assert.equal((error as { code?: string }).code, "TYPE");
      return (error as Error).message;
    }
    return assert.fail(text);
  };
  assert.equal(message("AAA"), 'unknown type "AAA": did you mean AAAA?');
  assert.equal(message("CNMAE"), 'unknown type "CNMAE": did you mean CNAME?');
  assert.equal(message("zzzzzz"), 'unknown type "zzzzzz": write it as in AAAA or TYPE65');
  assert.match(message("TYPE65536"), /^unknown type "TYPE65536"/);
  assert.match(message("toString"), /^unknown type "toString"/);
});
