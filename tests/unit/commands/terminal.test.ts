import assert from "node:assert/strict";
import { test } from "node:test";
import { keepPrinted } from "./printed.ts";

test("text arrives with its lines and tabs, and without any other control character", () => {
  const { terminal, out, error } = keepPrinted();
  terminal.print("a\tb\nc\u001b[2J\r");
  terminal.complain("one\u0007");
  terminal.complain("two");
  assert.equal(out(), "a\tb\nc\\u{1b}[2J\\u{d}\n");
  assert.equal(error(), "one\\u{7}\ntwo\n");
});
