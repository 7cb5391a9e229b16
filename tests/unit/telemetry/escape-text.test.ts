import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeText } from "../../../src/telemetry/escape-text.ts";

test("what could act on a terminal or forge a line is escaped", () => {
  assert.equal(escapeText("\u001b[31mred"), "\\u{1b}[31mred");
  assert.equal(escapeText("a\r\nb\tc\0"), "a\\u{d}\\u{a}b\\u{9}c\\u{0}");
  assert.equal(escapeText("\u009b2J\u007f"), "\\u{9b}2J\\u{7f}");
  assert.equal(escapeText("abc\u202ecba\u2066"), "abc\\u{202e}cba\\u{2066}");
  assert.equal(escapeText("a\u2028b\u2029\ufeff"), "a\\u{2028}b\\u{2029}\\u{feff}");
  assert.equal(escapeText("\ud800x"), "\\u{d800}x");
});

test("every control character is", () => {
  for (let code = 0; code < 0xa0; code++) {
    const escaped = escapeText(String.fromCharCode(code));
    const isControl = code < 0x20 || code >= 0x7f;
    assert.equal(escaped.startsWith("\\u{"), isControl, `U+${code.toString(16)}`);
  }
});

test("text in any script stays as it is", () => {
  for (const text of ["plain \\032 text", "Grüße", "例え.テスト", "😀"]) {
    assert.equal(escapeText(text), text);
  }
});
