// The command line as a user meets it: check, query, and what goes wrong with serve.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { freePort } from "./free-port.ts";
import { Hermod, hermod } from "./hermod-process.ts";
import { temporaryFile } from "./temporary-folder.ts";

let server: Hermod;

before(async () => {
  server = await Hermod.start({ upstreams: [`udp://127.0.0.1:${await freePort()}`] });
});
after(() => server.stop());

describe("hermod query", () => {
  for (const scheme of ["udp", "tcp"]) {
    test(`asks over ${scheme}`, async () => {
      const url = `${scheme}://127.0.0.1:${server.dnsPort}`;
      const { exit, stdout, stderr } = await hermod("query", "localhost", "A", "--server", url);
      assert.equal(exit.code, 0, stderr);
      assert.match(stdout, /NOERROR/);
      assert.match(stdout, /localhost\.?\s+\d+\s+IN\s+A\s+127\.0\.0\.1/);
    });
  }

  test("--short prints the answer alone", async () => {
    const url = `udp://127.0.0.1:${server.dnsPort}`;
    const { exit, stdout } = await hermod("query", "localhost", "AAAA", "--server", url, "--short");
    assert.equal(exit.code, 0);
    assert.equal(stdout, "::1\n");
  });

  test("--json prints an object", async () => {
    const url = `udp://127.0.0.1:${server.dnsPort}`;
    const { exit, stdout } = await hermod("query", "localhost", "--server", url, "--json");
    assert.equal(exit.code, 0);
    assert.match(JSON.stringify(JSON.parse(stdout)), /127\.0\.0\.1/);
  });

  test("says so when nobody answers", async () => {
    const url = `tcp://127.0.0.1:${await freePort()}`;
    const { exit, stderr } = await hermod("query", "localhost", "--server", url);
    assert.equal(exit.code, 2);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  });
});

describe("hermod check", () => {
  test("accepts a good file", async () => {
    const file = temporaryFile("good.yaml", "listen:\n  dns: ['127.0.0.1:5353']\n");
    const { exit, stderr } = await hermod("check", "--config", file);
    assert.equal(exit.code, 0, stderr);
  });

  test("names every mistake with file, line and mend", async () => {
    const lines = ["listen:", "  dns: ['127.0.0.1:99999']", "upstreem:", "  servers: []", ""];
    const file = temporaryFile("bad.yaml", lines.join("\n"));
    const { exit, stdout, stderr } = await hermod("check", "--config", file);
    assert.equal(exit.code, 1);
    const text = stdout + stderr;
    assert.ok(text.includes(`${file}:2:`), text);
    assert.ok(text.includes(`${file}:3:`), text);
    assert.match(text, /upstream\b/);
  });
});

describe("hermod serve ends with one clear line and exit code 1", () => {
  const assertOneLine = ({ exit, stderr }: Awaited<ReturnType<typeof hermod>>): void => {
    assert.equal(exit.code, 1, stderr);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  };

  test("when its TCP port is in use", async () => {
    const other = createServer().listen(await freePort(), "127.0.0.1");
    await once(other, "listening");
    const address = other.address() as { port: number };
    const ended = await hermod("serve", "--dns", `127.0.0.1:${address.port}`, ...(await admin()));
    other.close();
    assertOneLine(ended);
    assert.match(ended.stderr, new RegExp(`127\\.0\\.0\\.1:${address.port}.*in use`));
  });

  test("when its UDP port is in use", async () => {
    const port = await freePort();
    const other = createSocket("udp4").bind(port, "127.0.0.1");
    await once(other, "listening");
    const ended = await hermod("serve", "--dns", `127.0.0.1:${port}`, ...(await admin()));
    other.close();
    assertOneLine(ended);
    assert.match(ended.stderr, new RegExp(`127\\.0\\.0\\.1:${port}.*in use`));
  });

  test("when the admin port is in use", async () => {
    const taken = server.adminUrl.replace("http://", "");
    const ended = await hermod(
      ...["serve", "--dns", `127.0.0.1:${await freePort()}`, "--admin", taken],
    );
    assertOneLine(ended);
    assert.match(ended.stderr, /in use/);
  });

  test("when a setting is bad", async () => {
    assertOneLine(await hermod("serve", "--dns", "127.0.0.1:99999"));
    assertOneLine(await hermod("serve", "--upstream", "gopher://192.0.2.1"));
    assertOneLine(await hermod("serve", "--cache-size", "much"));
  });

  test("when the configuration file is not there", async () => {
    const ended = await hermod("serve", "--config", "/nowhere/hermod.yaml");
    assertOneLine(ended);
    assert.match(ended.stderr, /\/nowhere\/hermod\.yaml/);
  });

  test("when the option is unknown", async () => {
    const ended = await hermod("serve", "--upstraem", "udp://192.0.2.1");
    assert.equal(ended.exit.code, 1);
    assert.match(ended.stderr, /--upstream\b/);
  });
});

async function admin(): Promise<[string, string]> {
  return ["--admin", `127.0.0.1:${await freePort()}`];
}
