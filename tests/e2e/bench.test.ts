// `hermod bench` over each transport, against Hermod and against Unbound, who is nobody of ours; against
// servers that answer wrongly or not at all; and what a server's pause does to the percentiles.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BenchReport } from "../../src/commands/bench/bench-report.ts";
import { type Asked, ScriptedDatagrams, ScriptedStream } from "../faults/scripted-upstream.ts";
import { Child } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { ResolverPair, UPSTREAM_NAME } from "./resolver-pair.ts";
import { HERMOD_COMMAND } from "./runtime-command.ts";
import { temporaryFile } from "./temporary-folder.ts";
import { MANY, ZONE } from "./zone.ts";

const skip = needs("unbound", "openssl");
const START_TIMEOUT_MS = 20_000;
/** Each test starts programs, on machines that have other things to do. */
const timeout = 60_000;
const SMALL = ["--rate", "200", "--duration", "1s", "--connections", "2"];
const QUERIES = 200;

let pair: ResolverPair;

before(async () => {
  if (skip === false) pair = await ResolverPair.start({ encrypted: true });
});
after(() => pair?.stop());

interface Measured {
  readonly code: number | null;
  readonly report: BenchReport;
  readonly stderr: string;
}

async function bench(...parameters: string[]): Promise<Measured> {
  const { exit, stderr, stdout } = await hermod("bench", "--json", ...parameters);
  assert.match(stdout, /^\{/, stderr);
  return { code: exit.code, report: JSON.parse(stdout) as BenchReport, stderr };
}

function sum({ answered, failed, lost, abandoned }: BenchReport["queries"]): number {
  return answered + failed + lost + abandoned;
}

const servers: Record<string, Record<string, () => string>> = {
  Hermod: {
    udp: () => `udp://127.0.0.1:${pair.hermod.dnsPort}`,
    tcp: () => `tcp://127.0.0.1:${pair.hermod.dnsPort}`,
    tls: () => `tls://127.0.0.1:${pair.hermod.dotPort}`,
    https: () => `${pair.hermod.dohUrl}/dns-query`,
  },
  Unbound: {
    udp: () => `udp://127.0.0.1:${pair.unbound.ports.plain}`,
    tcp: () => `tcp://127.0.0.1:${pair.unbound.ports.plain}`,
    tls: () => `tls://127.0.0.1:${pair.unbound.ports.tls}#${UPSTREAM_NAME}`,
    https: () => `https://127.0.0.1:${pair.unbound.ports.https}/dns-query#${UPSTREAM_NAME}`,
  },
};

const trust = (scheme: string): string[] =>
  scheme === "tls" || scheme === "https" ? ["--ca", pair.authority.certificateFile] : [];

for (const [name, urls] of Object.entries(servers)) {
  describe(`against ${name}`, () => {
    for (const [scheme, url] of Object.entries(urls)) {
      test(`over ${scheme} every query is answered rightly`, { skip, timeout }, async () => {
        const { code, report, stderr } = await bench(
          ...["--server", url(), ...trust(scheme), "--zone", MANY, ...SMALL],
          ...["--name-count", "20", "--mix", "hit=80,miss=20"],
        );
        assert.equal(code, 0, stderr + JSON.stringify(report.errors));
        assert.equal(report.transport, scheme);
        assert.equal(report.queries.intended, QUERIES);
        assert.equal(report.queries.sent, sum(report.queries));
        assert.equal(report.queries.answered + report.queries.unsent!, QUERIES);
        assert.ok(report.queries.answered > 0);
        assert.deepEqual(Object.keys(report.rcodes), ["NOERROR"]);
        assert.equal(report.warmUp?.answered, 20);
        const { hit, miss } = report.classes;
        assert.equal(hit!.sent + miss!.sent, report.queries.sent);
        assert.ok(hit!.sent > miss!.sent);
        assert.equal(
          report.histogram.reduce((total, { count }) => total + count, 0),
          report.queries.answered,
        );
      });

      test(`over ${scheme} as fast as it answers`, { skip, timeout }, async () => {
        const { code, report, stderr } = await bench(
          ...["--server", url(), ...trust(scheme), "--zone", MANY, "--rate", "max"],
          ...["--in-flight", "20", "--duration", "500ms", "--zipf", "1"],
        );
        assert.equal(code, 0, stderr);
        assert.equal(report.mode, "closed");
        assert.ok(report.queries.sent > 20, String(report.queries.sent));
        assert.equal(report.queries.sent, report.queries.answered);
      });
    }
  });
}

test("over https by POST", { skip, timeout }, async () => {
  const url = servers["Unbound"]!["https"]!();
  const { code, report } = await bench(
    ...["--server", url, ...trust("https"), "--zone", MANY, ...SMALL, "--post"],
  );
  assert.equal(code, 0);
  assert.ok(report.queries.answered > 0);
});

test(
  "names from files, blocked ones among them, each with its rcode",
  { skip, timeout },
  async () => {
    const names = temporaryFile("names", `www.${ZONE} A\nmail.${ZONE} MX\nwww.${ZONE} AAAA\n`);
    const blocked = temporaryFile("blocked", "refused.elsewhere.net A\n");
    const parameters = [
      ...["--server", servers["Unbound"]!["udp"]!(), "--names", names, "--blocked-names", blocked],
      ...["--mix", "hit=50,blocked=50", ...SMALL],
    ];
    const right = await bench(...parameters, "--expect-rcode", "blocked=REFUSED");
    assert.equal(right.code, 0, JSON.stringify(right.report));
    assert.equal(right.report.rcodes["REFUSED"], right.report.classes.blocked!.answered);
    const wrong = await bench(...parameters);
    assert.equal(wrong.code, 3);
    assert.equal(wrong.report.errors.rcode, wrong.report.classes.blocked!.failed);
    assert.equal(wrong.report.classes.hit!.failed, 0);
  },
);

describe("what is not a right response is no answer", () => {
  type Script = (asked: Asked) => void;
  const cases: Record<
    string,
    [script: Script, errors: Partial<BenchReport["errors"]>, exit: number]
  > = {
    "a wrong ID": [({ id, respond }) => respond({ id: id ^ 0x5a5a }), { id: QUERIES }, 3],
    "another question": [
      ({ respond }) => respond({ questions: [{ type: "A", name: "other.example" }] }),
      { question: QUERIES },
      3,
    ],
    SERVFAIL: [({ respond }) => respond({ flags: 2 }), { rcode: QUERIES }, 3],
    "nothing at all": [() => {}, {}, 2],
  };
  for (const [name, [script, errors, exit]] of Object.entries(cases)) {
    for (const scheme of ["udp", "tcp"]) {
      test(`${name} over ${scheme}`, { timeout }, async () => {
        const server =
          scheme === "udp"
            ? await ScriptedDatagrams.start(script)
            : await ScriptedStream.start(script);
        const { code, report } = await bench(
          ...["--server", `${scheme}://127.0.0.1:${server.port}`, "--zone", "zone.example"],
          ...["--no-warm-up", "--timeout", "300ms", ...SMALL],
        );
        if (server instanceof ScriptedDatagrams) server.close();
        else server.kill();
        const { lost, failed, sent, unsent } = report.queries;
        assert.equal(report.queries.answered, 0);
        assert.equal(report.rate.goodput, 0);
        assert.equal(code, exit);
        assert.equal(sent + unsent!, QUERIES);
        const perQuery = (errors.question ?? 0) + (errors.rcode ?? 0) > 0;
        assert.deepEqual([lost, failed], perQuery ? [0, sent] : [sent, 0]);
        for (const [kind, count] of Object.entries(report.errors)) {
          const expected = kind in errors ? sent : 0;
          assert.equal(count, expected, `${kind}: ${count}`);
        }
      });
    }
  }

  test("and nobody at all is said at once", { timeout }, async () => {
    const port = await freePort();
    for (const scheme of ["udp", "tcp"]) {
      const server = `${scheme}://127.0.0.1:${port}`;
      const { exit, stderr, stdout } = await hermod(
        ...["bench", "--server", server, "--zone", "zone.example", "--timeout", "200ms"],
        // To wait for each of them would take hours.
        ...["--name-count", "5000000", "--json"],
      );
      assert.equal(exit.code, 2, stdout);
      assert.ok(stderr.startsWith(`hermod: nothing to measure at ${server}: `), stderr);
      assert.equal(stdout, "");
    }
  });

  test("nor is a connection that ends: it is made again", { timeout }, async () => {
    let asked = 0;
    const server = await ScriptedStream.start(({ respond }) => {
      if (++asked === 50) server.killConnections();
      else respond();
    });
    const { report } = await bench(
      ...["--server", `tcp://127.0.0.1:${server.port}`, "--zone", "zone.example"],
      ...["--no-warm-up", ...SMALL],
    );
    server.kill();
    assert.ok(report.queries.lost >= 1);
    assert.equal(report.generator.connectionsLost, 2);
    assert.ok(report.queries.answered > 50, String(report.queries.answered));
  });
});

test("a server's pause shows in every query that was to leave during it", { timeout }, async () => {
  const PAUSE_MS = 300;
  let firstMs: number | undefined;
  const server = await ScriptedDatagrams.start(({ respond }) => {
    const nowMs = performance.now();
    firstMs ??= nowMs;
    const sinceMs = nowMs - firstMs;
    const inPause = sinceMs >= 200 && sinceMs < 200 + PAUSE_MS;
    if (inPause) setTimeout(respond, 200 + PAUSE_MS - sinceMs);
    else respond();
  });
  const { report } = await bench(
    ...["--server", `udp://127.0.0.1:${server.port}`, "--zone", "zone.example"],
    ...["--no-warm-up", "--rate", "200", "--duration", "2s"],
  );
  server.close();
  const { latencyMs } = report;
  // A sixth of the queries fell into it and waited between nothing and all of it.
  assert.ok(latencyMs.p90 > PAUSE_MS / 10, JSON.stringify(latencyMs));
  assert.ok(latencyMs.p99 > PAUSE_MS / 2, JSON.stringify(latencyMs));
});

test("Ctrl-C ends the load, and what was measured is printed", { timeout }, async () => {
  const server = await ScriptedDatagrams.start(({ respond }) => respond());
  const [program, ...first] = HERMOD_COMMAND;
  const child = new Child(program, [
    ...[...first, "bench", "--server", `udp://127.0.0.1:${server.port}`, "--json"],
    ...["--zone", "zone.example", "--duration", "10m", "--rate", "100"],
  ]);
  // The warm-up's thousand, and some.
  while (server.asked.length < 1050 && child.exit === undefined)
    await new Promise((resolve) => setTimeout(resolve, 20));
  child.signal("SIGINT");
  await child.waitUntil(() => child.exit !== undefined, "end", START_TIMEOUT_MS);
  server.close();
  assert.equal(child.exit?.code, 130, child.stderr);
  const report = JSON.parse(child.stdout) as BenchReport;
  assert.equal(report.stoppedBy, "SIGINT");
  assert.ok(report.queries.answered > 0);
  assert.equal(report.queries.sent, sum(report.queries));
  assert.ok(report.durationMs < 60_000);
});

test(
  "a ramp has a row for each step, and --compare sets it against an earlier run",
  { timeout },
  async () => {
    const server = await ScriptedDatagrams.start(({ respond }) => respond());
    const parameters = [
      ...["--server", `udp://127.0.0.1:${server.port}`, "--zone", "zone.example"],
      ...["--no-warm-up", "--ramp", "100:300:3", "--duration", "1500ms"],
    ];
    const { report } = await bench(...parameters);
    assert.deepEqual(
      report.steps.map(({ intendedRate, sent, unsent }) => [intendedRate, sent + unsent!]),
      [
        [100, 50],
        [200, 100],
        [300, 150],
      ],
    );
    const file = temporaryFile("before.json", JSON.stringify(report));
    const second = await bench(...parameters, "--compare", file);
    assert.deepEqual(second.report.comparison?.differences, []);
    assert.ok(second.report.comparison!.ratios["goodput"]! > 0);
    const text = await hermod("bench", ...parameters, "--compare", file);
    server.close();
    assert.equal(text.exit.code, 0, text.stderr);
    assert.match(text.stdout, /^against .*before\.json:$/m);
    assert.match(text.stdout, /^latency +p50 +p90 +p99 +p99\.9 +max$/m);
    assert.equal(text.stderr, "", "no progress line where there is no terminal");
  },
);

test("wrong usage is one line, and exit code 1", { timeout }, async () => {
  const { exit, stderr, stdout } = await hermod("bench", "--zone", "a.example", "--rate", "fast");
  assert.equal(exit.code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^hermod: --rate "fast" is not a rate: .*\n$/);
});
