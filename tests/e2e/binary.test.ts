// The single binary: it has everything in it, and takes nothing from the folder it is started in.

import assert from "node:assert/strict";
import { linkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import process from "node:process";
import packageJson from "../../package.json" with { type: "json" };
import { type Authority, makeAuthority, makeCertificate } from "../certificates.ts";
import { buildBinary } from "./build-binary.ts";
import { Child, type Exit, run } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { Hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { ask } from "./query-programs.ts";
import { temporaryFile, temporaryFolder } from "./temporary-folder.ts";

const TIMEOUT_MS = 20_000;
const LARGEST_BYTES = 160 * 2 ** 20;

const skip = needs("openssl");

let binary: string;
let server: Hermod;
let authority: Authority;

before(async () => {
  binary = await buildBinary();
  const upstreams = [`udp://127.0.0.1:${await freePort()}`];
  if (skip === false) authority = makeAuthority();
  const tls = skip === false && makeCertificate(authority, { addresses: ["127.0.0.1"] });
  server = await Hermod.start({ upstreams, program: [binary], ...(tls && { tls }) });
});
after(() => server.child.kill());

function hermod(...parameters: string[]): Promise<Child & { exit: Exit }> {
  return run(binary, parameters, { timeoutMs: TIMEOUT_MS });
}

describe("the binary answers", () => {
  for (const transport of ["+notcp", "+tcp", "+tls"]) {
    test(`kdig ${transport}`, { skip: skip || needs("kdig") }, async () => {
      const port = transport === "+tls" ? server.dotPort : server.dnsPort;
      const { status, answer } = await ask("kdig", port, `localhost A ${transport}`);
      assert.equal(status, "NOERROR");
      assert.equal(answer[0]?.rdata, "127.0.0.1");
    });
  }

  for (const scheme of ["udp", "tcp"]) {
    test(`its own query over ${scheme}`, async () => {
      const url = `${scheme}://127.0.0.1:${server.dnsPort}`;
      const { exit, stdout } = await hermod("query", "localhost", "--server", url, "--short");
      assert.equal(exit.code, 0);
      assert.equal(stdout, "127.0.0.1\n");
    });
  }

  test("its own query over tls", { skip }, async () => {
    const url = `tls://127.0.0.1:${server.dotPort}`;
    const parameters = ["--server", url, "--ca", authority.certificateFile];
    const { exit, stdout, stderr } = await hermod("query", "localhost", ...parameters);
    assert.equal(exit.code, 0, stderr);
    assert.match(stdout, /^;; TLS: TLSv1\.3, \w+, ALPN dot$/m);
  });

  for (const version of ["1.1", "2", "3"]) {
    test(`its own query over HTTP/${version}`, { skip }, async () => {
      const trust = version === "3" ? [] : ["--ca", authority.certificateFile];
      const where = ["--server", server.dohUrl, "--http", version];
      const environment = { ...process.env, NODE_EXTRA_CA_CERTS: authority.certificateFile };
      const parameters = ["query", "localhost", ...where, ...trust];
      const child = await run(binary, parameters, { environment, timeoutMs: TIMEOUT_MS });
      assert.equal(child.exit.code, 0, child.stderr);
      assert.match(child.stdout, new RegExp(`^;; HTTP: HTTP/${version} GET, status 200$`, "m"));
      assert.match(child.stdout, /\tA\t127\.0\.0\.1$/m);
    });
  }

  test("/health and /metrics", async () => {
    assert.equal((await fetch(`${server.adminUrl}/health`)).status, 200);
    await hermod("query", "localhost", "--server", `udp://127.0.0.1:${server.dnsPort}`);
    assert.ok((await server.metric("hermod_queries_total")) > 0);
  });
});

describe("the binary's command line", () => {
  test("--version", async () => {
    const { exit, stdout } = await hermod("--version");
    assert.equal(exit.code, 0);
    assert.equal(stdout, `${packageJson.version}\n`);
  });

  test("--help", async () => {
    const { exit, stdout } = await hermod("--help");
    assert.equal(exit.code, 0);
    assert.match(stdout, /^Usage: hermod /);
  });

  test("a broken setting on the command line", async () => {
    const { exit, stderr } = await hermod("serve", "--dns", "127.0.0.1:99999");
    assert.equal(exit.code, 1);
    assert.match(stderr, /^--dns: .*99999/);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  });

  test("a broken setting in a file", async () => {
    const file = temporaryFile("bad.yaml", "cache:\n  size: much\n");
    const { exit, stderr } = await hermod("check", "--config", file);
    assert.equal(exit.code, 1);
    assert.ok(stderr.startsWith(`${file}:2:`), stderr);
  });
});

test("the binary has the file of stream threads in it", { skip: needs("kdig") }, async () => {
  const upstreams = [`udp://127.0.0.1:${await freePort()}`];
  const parameters = ["--stream-threads", "1"];
  const threaded = await Hermod.start({ upstreams, program: [binary], parameters });
  const { answer, text } = await ask("kdig", threaded.dnsPort, "localhost A +tcp");
  assert.equal(answer[0]?.rdata, "127.0.0.1", text);
  await threaded.stop();
});

test("the binary takes no settings and no code from the folder it is started in", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, ".env"), "HERMOD_DNS=127.0.0.1:99999\n");
  writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
  writeFileSync(join(folder, "preload.ts"), 'console.log("preloaded");\n');
  const parameters = ["-c", `cd '${folder}' && exec '${binary}' check`];
  const { exit, stdout, stderr } = await run("sh", parameters, { timeoutMs: TIMEOUT_MS });
  assert.equal(exit.code, 0, stderr);
  assert.match(stdout, /^ok: /);
  assert.equal(stderr, "");
});

test("the binary runs from anywhere, under any name", async () => {
  const other = join(temporaryFolder(), "resolver");
  linkSync(binary, other);
  const { exit, stdout } = await run(other, ["--version"], { timeoutMs: TIMEOUT_MS });
  assert.equal(exit.code, 0);
  assert.equal(stdout, `${packageJson.version}\n`);
});

test("the binary stays of a size that can be shipped", () => {
  assert.ok(statSync(binary).size < LARGEST_BYTES);
});

test("the binary stops at SIGTERM with exit code 0", () => server.stop());
