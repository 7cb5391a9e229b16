// The grammar of the command line: help word for word, what reaches the commands, and what is said of
// mistakes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Actions, runProgram } from "../../../src/commands/program.ts";
import { SETTING_NAMES } from "../../../src/config/setting-names.ts";
import { SettingsError } from "../../../src/config/settings-error.ts";
import { HermodError } from "../../../src/errors.ts";
import { keepPrinted } from "./printed.ts";

interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
  /** The command's name and what it was given. */
  readonly called: unknown[];
}

async function run(parameters: string[], given: Partial<Actions> = {}): Promise<Run> {
  const { terminal, out, error } = keepPrinted();
  let called: unknown[] = [];
  const record = (name: string): ((...received: unknown[]) => Promise<number>) => {
    return (...received) => {
      called = [name, ...received];
      return Promise.resolve(7);
    };
  };
  const actions = {
    serve: record("serve"),
    query: record("query"),
    check: record("check"),
    bench: record("bench"),
    completion: record("completion"),
    ...given,
  };
  const exitCode = await runProgram(parameters, "1.2.3", terminal, actions);
  return { exitCode, out: out(), error: error(), called };
}

const HELP = {
  "": `Usage: hermod [options] [command]

A caching, policy-implementing DNS resolver.

Options:
  --version                      print the version
  --help                         print this help

Commands:
  serve [options]                serve DNS until SIGTERM or SIGINT
  query [options] <NAME> [TYPE]  ask a server one question and print its
                                 response
  check [options]                check the settings and print every mistake
  bench [options]                put a server under load and print what came of
                                 it
  completion <SHELL>             print a script that completes commands and
                                 options
`,
  serve: `Usage: hermod serve [options]

serve DNS until SIGTERM or SIGINT

Options:
  --config <FILE>                 read settings from this YAML file
  --dns <ADDR:PORT>               serve UDP and TCP here; may be repeated
  --dot <ADDR:PORT>               serve DNS over TLS here; may be repeated
  --doh <ADDR:PORT>               serve DNS over HTTPS here; may be repeated
  --doh-plain <ADDR:PORT>         serve DNS over HTTP to trusted proxies here
  --trusted-proxy <NET>           believe proxies in this network
  --client-address-header <NAME>  the header in which they name their client
  --admin <ADDR:PORT>             serve /health, /ready and /metrics here, on
                                  loopback
  --udp-engine <ENGINE>           serve UDP by auto, batched or portable
  --udp-threads <N>               threads of the batched engine
  --stream-threads <N>            threads for TCP, DoT and DoH
  --upstream <URL>                ask this resolver; may be repeated, the first
                                  one first
  --upstream-ca <FILE>            PEM file of trust anchors for tls:// upstreams
  --tls-cert <FILE>               PEM file of the certificate chain for these
  --tls-key <FILE>                PEM file of its private key
  --cache-size <SIZE>             memory for the cache, as in 64MiB
  --log-level <LEVEL>             error, warn, info or debug
  --help                          print this help

Without settings Hermod serves 127.0.0.1 and ::1: UDP and TCP on port 5335, TLS
on 8853, HTTPS on 8443, with a certificate for development that it makes;
/metrics on 127.0.0.1:8053. It asks Quad9 and Cloudflare over TLS.

Settings come from the command line, then from HERMOD_* variables (HERMOD_DNS,
HERMOD_DOT, HERMOD_DOH, HERMOD_DOH_PLAIN, HERMOD_TRUSTED_PROXY,
HERMOD_CLIENT_ADDRESS_HEADER, HERMOD_ADMIN, HERMOD_UDP_ENGINE,
HERMOD_UDP_THREADS, HERMOD_STREAM_THREADS, HERMOD_UPSTREAM,
HERMOD_UPSTREAM_CA, HERMOD_TLS_CERT, HERMOD_TLS_KEY, HERMOD_CACHE_SIZE,
HERMOD_LOG_LEVEL, HERMOD_CONFIG; lists with commas), then from the file.

An upstream is udp://192.0.2.1:53, tcp://192.0.2.1:53 or
tls://192.0.2.1:853#dns.example, where the certificate must name dns.example;
without a name it must name the address.

Exit codes: 0 stopped by SIGTERM or SIGINT, 1 could not start.
`,
  query: `Usage: hermod query [options] <NAME> [TYPE]

ask a server one question and print its response

Arguments:
  NAME              the name to ask for
  TYPE              the type to ask for (default: "A")

Options:
  --server <URL>    the server to ask (default: "udp://127.0.0.1:5335")
  --ca <FILE>       PEM file of trust anchors, in place of the system's
  --http <VERSION>  the version for https:// (choices: "1.1", "2", "3")
  --post            ask by POST over https://, not by GET
  --json            print the response as JSON
  --dnssec          ask for DNSSEC records too
  --short           print the RDATA of the answers alone
  --help            print this help

The server is a URL as in udp://192.0.2.1:53, tcp://192.0.2.1:53,
tls://192.0.2.1:853#dns.example, https://dns.example/dns-query or
https://192.0.2.1/dns-query#dns.example: what stands after # is what the
certificate must name. Over tls:// and https:// the certificate and the time
that each step took are printed too.

--json prints the message as RFC 8427 has it, RDATA in presentation form.

Exit codes: 0 a response came, whatever it says; 1 wrong usage; 2 no response.
`,
  check: `Usage: hermod check [options]

check the settings and print every mistake

Options:
  --config <FILE>  read settings from this YAML file
  --help           print this help

Reads the settings as serve would, without serving, and prints every mistake
with its place and what to write instead.

Exit codes: 0 no mistakes, 1 mistakes.
`,
  bench: `Usage: hermod bench [options]

put a server under load and print what came of it

Options:
  --server <URL>            the server, as in query (default:
                            "udp://127.0.0.1:5335")
  --ca <FILE>               PEM file of trust anchors, in place of the system's
  --post                    ask by POST over https://, not by GET
  --rate <RATE>             queries a second, or max (default: 1000)
  --ramp <FROM:TO[:STEPS]>  rates that rise or fall, in place of one
  --duration <TIME>         how long queries leave (default: 10s)
  --connections <N>         connections, over UDP sockets (default: 8)
  --in-flight <N>           unanswered queries with --rate max (default: 500)
  --timeout <TIME>          without a response a query is lost (default: 5s)
  --names <FILE>            names to be hit
  --zone <NAME>             make names below this one
  --name-count <N>          how many, to be hit (default: 1000)
  --zipf <S>                ask for them by Zipf's law, not in turn
  --mix <MIX>               shares, as in hit=90,miss=9,blocked=1
  --blocked-names <FILE>    names that the server blocks
  --expect-rcode <LIST>     right rcodes by class, as in hit=NOERROR+NXDOMAIN
  --no-warm-up              do not ask for the names to be hit beforehand
  --seed <N>                of the chances taken (default: 1)
  --json                    print the report as JSON
  --compare <FILE>          compare with an earlier report in JSON
  --help                    print this help

Queries leave at a rate, or as a ramp of rates, whatever the server does, and
times count from when a query was to leave. --rate max instead keeps --in-flight
queries unanswered, to find out how many the server can answer. Only a response
with the right ID, question and rcode counts; others are errors, what does not
come within --timeout is lost.

A mix has hits (names of --names or below --zone, asked once before the load
begins), misses (names below --zone that were never asked before) and blocked
names (of --blocked-names). A file has a name and a type on each line.

Rcodes that are right unless --expect-rcode says otherwise:
hit=NOERROR,miss=NOERROR+NXDOMAIN,blocked=NXDOMAIN

Only put servers under load that are yours, or whose owner agrees.

Exit codes: 0 measured; 1 wrong usage; 2 no response came; 3 measured, but some
responses were wrong; 130 and 143 stopped by SIGINT and SIGTERM, with what was
measured until then.
`,
  completion: `Usage: hermod completion [options] <SHELL>

print a script that completes commands and options

Arguments:
  SHELL   the shell that reads it (choices: "bash", "zsh", "fish")

Options:
  --help  print this help

bash: hermod completion bash > ~/.local/share/bash-completion/completions/hermod
zsh:  hermod completion zsh > DIRECTORY/_hermod, for a DIRECTORY in $fpath
fish: hermod completion fish > ~/.config/fish/completions/hermod.fish
`,
};

describe("--help", () => {
  test("of hermod serve names every flag and variable that there is", async () => {
    const { out } = await run(["serve", "--help"]);
    for (const { flag, variable } of SETTING_NAMES) {
      assert.match(out, new RegExp(`^ +${flag} `, "m"));
      assert.match(out, new RegExp(`\\b${variable}\\b`));
    }
  });

  for (const [command, help] of Object.entries(HELP)) {
    test(`of hermod ${command}`, async () => {
      const { exitCode, out, error, called } = await run([command, "--help"].filter(Boolean));
      assert.equal(out, help);
      assert.equal(error, "");
      assert.equal(exitCode, 0);
      assert.deepEqual(called, []);
    });
  }

  test("is what a call without a command gets, as a mistake", async () => {
    const { exitCode, out, error } = await run([]);
    assert.equal(error, HELP[""]);
    assert.equal(out, "");
    assert.equal(exitCode, 1);
  });
});

test("--version prints the version", async () => {
  const { exitCode, out } = await run(["--version"]);
  assert.equal(out, "1.2.3\n");
  assert.equal(exitCode, 0);
});

describe("commands", () => {
  test("serve gets every flag, lists in their order", async () => {
    const { called, exitCode } = await run([
      ...["serve", "--config", "a.yaml", "--dns", "127.0.0.1:1", "--dns=[::1]:1"],
      ...["--dot", "127.0.0.1:2", "--doh", "127.0.0.1:3", "--admin", "127.0.0.1:4"],
      ...["--doh-plain", "127.0.0.1:5", "--trusted-proxy", "192.0.2.0/24"],
      ...["--client-address-header", "X-Real-IP"],
      ...["--udp-engine", "portable", "--udp-threads", "2", "--stream-threads", "3"],
      ...["--upstream", "udp://192.0.2.1", "--upstream", "udp://192.0.2.2"],
      ...["--upstream-ca", "ca.pem", "--tls-cert", "c.pem", "--tls-key", "k.pem"],
      ...["--cache-size", "1MiB", "--log-level", "warn"],
    ]);
    assert.deepEqual(called.slice(0, 2), [
      "serve",
      {
        config: "a.yaml",
        dns: ["127.0.0.1:1", "[::1]:1"],
        dot: ["127.0.0.1:2"],
        doh: ["127.0.0.1:3"],
        admin: "127.0.0.1:4",
        dohPlain: ["127.0.0.1:5"],
        trustedProxy: ["192.0.2.0/24"],
        clientAddressHeader: "X-Real-IP",
        udpEngine: "portable",
        udpThreads: "2",
        streamThreads: "3",
        upstream: ["udp://192.0.2.1", "udp://192.0.2.2"],
        upstreamCa: "ca.pem",
        tlsCert: "c.pem",
        tlsKey: "k.pem",
        cacheSize: "1MiB",
        logLevel: "warn",
      },
    ]);
    assert.equal(exitCode, 7);
  });

  test("query gets its name, its type and its defaults", async () => {
    const server = "udp://127.0.0.1:5335";
    assert.deepEqual((await run(["query", "a.example"])).called.slice(0, 4), [
      ...["query", "a.example", "A", { server }],
    ]);
    const parameters = ["query", "a.example", "mx", "--json", "--short", "--dnssec"];
    assert.deepEqual(
      (await run([...parameters, "--server", "tcp://192.0.2.1"])).called.slice(0, 4),
      [
        ...["query", "a.example", "mx"],
        { server: "tcp://192.0.2.1", json: true, short: true, dnssec: true },
      ],
    );
  });

  test("bench gets its flags, and warms up unless told not to", async () => {
    const server = "udp://127.0.0.1:5335";
    assert.deepEqual((await run(["bench"])).called.slice(0, 2), [
      "bench",
      { server, warmUp: true },
    ]);
    const { called, exitCode } = await run([
      ...["bench", "--server", "tls://192.0.2.1", "--ca", "ca.pem", "--rate", "max", "--json"],
      ...["--in-flight", "9", "--duration", "2s", "--names", "n.txt", "--no-warm-up"],
    ]);
    assert.deepEqual(called[1], {
      server: "tls://192.0.2.1",
      ca: "ca.pem",
      rate: "max",
      json: true,
      inFlight: "9",
      duration: "2s",
      names: "n.txt",
      warmUp: false,
    });
    assert.equal(exitCode, 7);
  });

  test("check gets its file", async () => {
    const { called, exitCode } = await run(["check", "--config", "a.yaml"]);
    assert.deepEqual(called.slice(0, 2), ["check", { config: "a.yaml" }]);
    assert.equal(exitCode, 7);
  });
});

describe("mistakes are one line, and exit code 1", () => {
  const cases: [string[], string][] = [
    [["sevre"], "unknown command 'sevre' (Did you mean serve?)"],
    [["frobnicate"], "unknown command 'frobnicate'"],
    [["--hlep"], "unknown option '--hlep' (Did you mean --help?)"],
    [["serve", "--upstraem", "x"], "unknown option '--upstraem' (Did you mean --upstream?)"],
    [["serve", "--dns"], "option '--dns <ADDR:PORT>' argument missing"],
    [["serve", "extra"], "too many arguments for 'serve'. Expected 0 arguments but got 1: extra."],
    [["check", "--dns", "127.0.0.1:1"], "unknown option '--dns'"],
    [["query"], "missing required argument 'NAME'"],
    [["query", "--josn", "a"], "unknown option '--josn' (Did you mean --json?)"],
    [["a\nb\u001b[2J"], "unknown command 'a b\\u{1b}[2J'"],
  ];
  for (const [parameters, line] of cases) {
    test(JSON.stringify(parameters), async () => {
      const { exitCode, out, error, called } = await run(parameters);
      assert.equal(error, `hermod: ${line}\n`);
      assert.equal(out, "");
      assert.equal(exitCode, 1);
      assert.deepEqual(called, []);
    });
  }

  test("also those that a command finds", async () => {
    const check = (): Promise<number> => Promise.reject(new HermodError("ANY", "it is so\u001b"));
    const { exitCode, error } = await run(["check"], { check });
    assert.equal(error, "hermod: it is so\\u{1b}\n");
    assert.equal(exitCode, 1);
  });

  test("but settings have a line for each", async () => {
    const mistakes = [1, 2].map((line) => {
      return { source: `a.yaml:${line}:1`, key: "cache.size", message: "wrong\nhere" };
    });
    const check = (): Promise<number> => Promise.reject(new SettingsError(mistakes));
    const { exitCode, error } = await run(["check"], { check });
    assert.equal(
      error,
      "a.yaml:1:1: cache.size: wrong\\nhere\na.yaml:2:1: cache.size: wrong\\nhere\n",
    );
    assert.equal(exitCode, 1);
  });

  test("and a mistake of Hermod's own shows where it happened", async () => {
    const check = (): Promise<number> => Promise.reject(new TypeError("oh"));
    const { exitCode, error } = await run(["check"], { check });
    assert.match(error, /^hermod: TypeError: oh\n +at .*program\.test\.ts/);
    assert.equal(exitCode, 1);
  });
});
