import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { check } from "../../../src/commands/check.ts";
import { keepPrinted } from "./printed.ts";

const folder = mkdtempSync(join(tmpdir(), "hermod-check-"));
after(() => rmSync(folder, { recursive: true }));
const config = join(folder, "hermod.yaml");

test("good settings are one line", async () => {
  const { terminal, out } = keepPrinted();
  assert.equal(await check({}, {}, terminal), 0);
  assert.equal(out(), "ok: 6 listeners, 5 upstreams\n");
});

test("counts what the file and the environment say", async () => {
  writeFileSync(config, "listen: {dns: [127.0.0.1:53], dot: [], doh: []}\n");
  const { terminal, out } = keepPrinted();
  assert.equal(await check({ config }, { HERMOD_UPSTREAM: "192.0.2.1" }, terminal), 0);
  assert.equal(out(), "ok: 1 listener, 1 upstream\n");
});

test("bad settings end with every mistake, and nothing is printed as good", async () => {
  writeFileSync(config, "listen: {dns: [nowhere]}\nupstream: {ca: none.pem}\n");
  const { terminal, out } = keepPrinted();
  await assert.rejects(
    check({ config }, { HERMOD_LOG_LEVEL: "loud" }, terminal),
    (error: Error) => {
      const places = error.message.split("\n").map((line) => line.split(": ")[0]);
      assert.deepEqual(places, [`${config}:1:16`, `${config}:2:16`, "HERMOD_LOG_LEVEL"]);
      return true;
    },
  );
  assert.equal(out(), "");
});
