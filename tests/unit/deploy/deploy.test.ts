// What the Dockerfile, the unit and the plist run is held against the real command line and the real
// settings, so that a renamed option can't leave them behind.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Options, runProgram } from "../../../src/commands/program.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { keepPrinted } from "../commands/printed.ts";
import {
  dockerInstructions,
  PROJECT_FOLDER,
  projectFile,
  readPlist,
  unitValues,
} from "./deploy-files.ts";

interface Call {
  readonly name: string;
  readonly parameters: readonly unknown[];
  readonly options: Options;
}

/** What the command line makes of these words; fails when it does not take them. */
async function parse(words: readonly string[]): Promise<Call> {
  const { terminal, error } = keepPrinted();
  const calls: Call[] = [];
  const record =
    (name: string) =>
    (...given: unknown[]): Promise<number> => {
      // The library adds the command itself.
      const at = given.findIndex((value) => typeof value === "object" && value !== null);
      const options = given[at] as Options;
      calls.push({ name, parameters: given.slice(0, at), options });
      return Promise.resolve(0);
    };
  const actions = {
    serve: record("serve"),
    query: record("query"),
    check: record("check"),
    bench: record("bench"),
    completion: record("completion"),
  };
  assert.equal(await runProgram(words, "1.2.3", terminal, actions), 0, error());
  assert.equal(calls.length, 1);
  return calls[0]!;
}

function words(json: string): string[] {
  return JSON.parse(json) as string[];
}

describe("the Dockerfile", () => {
  const instructions = dockerInstructions(projectFile("Dockerfile"));
  const all = (name: string): string[] =>
    instructions.filter((instruction) => instruction.name === name).map(({ value }) => value);
  const one = (name: string): string => {
    assert.equal(all(name).length, 1, name);
    return all(name)[0]!;
  };
  const served = (): Promise<Call> => parse(words(one("CMD")));

  test("has two stages, and builds with the runtime that package.json asks for", () => {
    const { engines } = JSON.parse(projectFile("package.json")) as { engines: { bun: string } };
    const [build, final] = all("FROM");
    assert.equal(build, `oven/bun:${engines.bun.replace(">=", "")}-slim AS build`);
    assert.doesNotMatch(final!, /bun|latest/);
    assert.ok(all("RUN").includes("bun run build"));
  });

  test("copies what is there and not ignored, and everything that the build needs", () => {
    const copied = all("COPY")
      .filter((value) => !value.startsWith("--from"))
      .flatMap((value) => value.split(" ").slice(0, -1));
    const kept = projectFile(".dockerignore")
      .match(/^!.*/gm)!
      .map((line) => line.slice(1));
    assert.deepEqual([...copied].sort(), kept.sort());
    for (const path of copied) assert.ok(existsSync(join(PROJECT_FOLDER, path)), path);
    for (const path of ["package.json", "bun.lock", "src", "routes"]) {
      assert.ok(copied.includes(path), path);
    }
  });

  test("runs as somebody without rights", () => {
    assert.match(one("USER"), /^[1-9]\d*:[1-9]\d*$/);
  });

  test("serves on ports that it exposes, above 1024", async () => {
    assert.deepEqual(words(one("ENTRYPOINT")), ["hermod"]);
    const { name, options } = await served();
    assert.equal(name, "serve");
    const { listen } = await loadSettings({ environment: {}, flags: options });
    const ports = (endpoints: readonly { port: number }[], ...kinds: string[]): string[] =>
      endpoints.flatMap(({ port }) => kinds.map((kind) => `${port}/${kind}`));
    const exposed = one("EXPOSE").split(" ");
    assert.deepEqual(
      exposed.sort(),
      [
        ...ports(listen.dns, "udp", "tcp"),
        ...ports(listen.dot, "tcp"),
        ...ports(listen.doh, "tcp", "udp"),
      ].sort(),
    );
    for (const port of exposed) assert.ok(parseInt(port, 10) > 1024, port);
  });

  test("checks its health by a query to where it serves", async () => {
    const [, command] = /CMD (\[.*\])$/.exec(one("HEALTHCHECK"))!;
    const [program, ...rest] = words(command!);
    assert.equal(program, "hermod");
    const { name, parameters, options } = await parse(rest);
    assert.equal(name, "query");
    assert.equal(parameters[0], "localhost");
    const { listen } = await loadSettings({ environment: {}, flags: (await served()).options });
    assert.equal(options["server"], `udp://127.0.0.1:${listen.dns[0]!.port}`);
  });
});

describe("the unit", () => {
  const text = projectFile("docs/deploy/hermod.service");
  const value = (key: string): string => {
    const values = unitValues(text, "Service", key);
    assert.equal(values.length, 1, key);
    return values[0]!;
  };

  test("starts what the command line takes, with the file that the page installs", async () => {
    const [program, ...rest] = value("ExecStart").split(" ");
    assert.equal(program, "/usr/local/bin/hermod");
    const { name, options } = await parse(rest);
    assert.equal(name, "serve");
    const page = projectFile("docs/deploy/README.md");
    assert.ok(page.includes(`docs/deploy/hermod.yaml ${String(options["config"])}\n`));
  });

  test("has no more rights than port 53 takes", () => {
    assert.equal(value("CapabilityBoundingSet"), "CAP_NET_BIND_SERVICE");
    assert.equal(value("AmbientCapabilities"), "CAP_NET_BIND_SERVICE");
    const on = ["DynamicUser", "NoNewPrivileges", "ProtectHome", "PrivateDevices"];
    for (const key of on) assert.equal(value(key), "yes", key);
    assert.equal(value("ProtectSystem"), "strict");
    assert.deepEqual(unitValues(text, "Service", "MemoryDenyWriteExecute"), []);
  });

  test("lets UDP threads ask for short slices, which @resources would refuse", () => {
    const filters = unitValues(text, "Service", "SystemCallFilter");
    const refusing = filters.findIndex((filter) => /^~.*@resources/.test(filter));
    assert.ok(refusing >= 0);
    // Each line adds to those before it, or takes from them.
    assert.ok(filters.indexOf("sched_setattr") > refusing, String(filters));
  });

  test("leaves more time to stop than Hermod takes", () => {
    assert.ok(Number(value("TimeoutStopSec")) > 5);
  });
});

describe("the plist", () => {
  const plist = readPlist(projectFile("docs/deploy/hermod.plist")) as Record<string, unknown>;

  test("starts what the command line takes", async () => {
    const [program, ...rest] = plist["ProgramArguments"] as string[];
    assert.equal(program, "/usr/local/bin/hermod");
    assert.equal((await parse(rest)).name, "serve");
  });

  test("has the keys that launchd needs", () => {
    assert.equal(plist["Label"], "hermod");
    assert.equal(plist["RunAtLoad"], true);
    assert.deepEqual(plist["KeepAlive"], { SuccessfulExit: false });
    assert.ok((plist["ExitTimeOut"] as number) > 5);
  });

  test("would be found broken", () => {
    const broken = (xml: string) => () => readPlist(`<plist>${xml}</plist>`);
    assert.throws(broken("<dict><key>a</key><string>b</dict>"), /closes another/);
    assert.throws(broken("<dict><string>a</string><string>b</string></dict>"), /keys and values/);
    assert.throws(() => readPlist("<plist><dict>"), /not closed/);
  });
});

test("the settings to start from are valid", async () => {
  const configFile = join(PROJECT_FOLDER, "docs", "deploy", "hermod.yaml");
  const { listen } = await loadSettings({ configFile, environment: {}, flags: {} });
  assert.deepEqual(
    listen.dns.map(({ port }) => port),
    [53, 53],
  );
});

test("every command on the page is one that the command line takes", async () => {
  const page = projectFile("docs/deploy/README.md");
  const commands = Array.from(page.matchAll(/^hermod (.*)$|`hermod ([^`]*)`/gm));
  const found = commands.map(([, line, quoted]) => (line ?? quoted)!.split(" "));
  assert.ok(found.length > 1);
  for (const command of found) await parse(command);
});
