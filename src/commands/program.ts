// The command line's grammar: subcommands, their options and help. What they do is in a file each,
// loaded only when it is called.

import { Argument, Command, CommanderError, Option, type OutputConfiguration } from "commander";
import { HermodError, messageOf } from "../errors.ts";
import type { Terminal } from "./terminal.ts";

/** Options by their names in camel case. */
export type Options = Readonly<Record<string, unknown>>;

/** What each subcommand does; resolves with the exit code. */
export interface Actions {
  serve(options: Options): Promise<number>;
  query(name: string, type: string, options: Options): Promise<number>;
  check(options: Options): Promise<number>;
  bench(options: Options): Promise<number>;
  /** `program` is the grammar that the script is to complete. */
  completion(shell: string, program: Command): Promise<number>;
}

const MISTAKE = 1;
const HTTP_VERSIONS = ["1.1", "2", "3"];
const SHELLS = ["bash", "zsh", "fish"];

const SERVE_HELP = `
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

Exit codes: 0 stopped by SIGTERM or SIGINT, 1 could not start.`;

const QUERY_HELP = `
The server is a URL as in udp://192.0.2.1:53, tcp://192.0.2.1:53,
tls://192.0.2.1:853#dns.example, https://dns.example/dns-query or
https://192.0.2.1/dns-query#dns.example: what stands after # is what the
certificate must name. Over tls:// and https:// the certificate and the time
that each step took are printed too.

--json prints the message as RFC 8427 has it, RDATA in presentation form.

Exit codes: 0 a response came, whatever it says; 1 wrong usage; 2 no response.`;

const CHECK_HELP = `
Reads the settings as serve would, without serving, and prints every mistake
with its place and what to write instead.

Exit codes: 0 no mistakes, 1 mistakes.`;

const BENCH_HELP = `
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
measured until then.`;

const COMPLETION_HELP = `
bash: hermod completion bash > ~/.local/share/bash-completion/completions/hermod
zsh:  hermod completion zsh > DIRECTORY/_hermod, for a DIRECTORY in $fpath
fish: hermod completion fish > ~/.config/fish/completions/hermod.fish`;

/** Runs what `parameters` ask for; resolves with the exit code. Never throws. */
export async function runProgram(
  parameters: readonly string[],
  version: string,
  terminal: Terminal,
  actions: Actions,
): Promise<number> {
  let exitCode = 0;
  const run = (action: Promise<number>): Promise<void> =>
    action.then((code) => {
      exitCode = code;
    });
  try {
    await createProgram(version, actions, run, terminal).parseAsync(parameters, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    complain(terminal, error);
    return MISTAKE;
  }
  return exitCode;
}

/** The grammar as the library holds it. */
export function createProgram(
  version: string,
  actions: Actions,
  run: (action: Promise<number>) => Promise<void>,
  terminal: Terminal,
): Command {
  const program = new Command("hermod")
    .description("A caching, policy-implementing DNS resolver.")
    .version(version, "--version", "print the version")
    .helpOption("--help", "print this help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput(outputTo(terminal));
  addServe(program).action((options: Options) => run(actions.serve(options)));
  addQuery(program).action((name: string, type: string, options: Options) =>
    run(actions.query(name, type, options)),
  );
  addCheck(program).action((options: Options) => run(actions.check(options)));
  addBench(program).action((options: Options) => run(actions.bench(options)));
  addCompletion(program).action((shell: string) => run(actions.completion(shell, program)));
  return program;
}

function addServe(program: Command): Command {
  return program
    .command("serve")
    .description("serve DNS until SIGTERM or SIGINT")
    .option("--config <FILE>", "read settings from this YAML file")
    .option("--dns <ADDR:PORT>", "serve UDP and TCP here; may be repeated", collect)
    .option("--dot <ADDR:PORT>", "serve DNS over TLS here; may be repeated", collect)
    .option("--doh <ADDR:PORT>", "serve DNS over HTTPS here; may be repeated", collect)
    .option("--doh-plain <ADDR:PORT>", "serve DNS over HTTP to trusted proxies here", collect)
    .option("--trusted-proxy <NET>", "believe proxies in this network", collect)
    .option("--client-address-header <NAME>", "the header in which they name their client")
    .option("--admin <ADDR:PORT>", "serve /health, /ready and /metrics here, on loopback")
    .option("--udp-engine <ENGINE>", "serve UDP by auto, batched or portable")
    .option("--udp-threads <N>", "threads of the batched engine")
    .option("--stream-threads <N>", "threads for TCP, DoT and DoH")
    .option("--upstream <URL>", "ask this resolver; may be repeated, the first one first", collect)
    .option("--upstream-ca <FILE>", "PEM file of trust anchors for tls:// upstreams")
    .option("--tls-cert <FILE>", "PEM file of the certificate chain for these")
    .option("--tls-key <FILE>", "PEM file of its private key")
    .option("--cache-size <SIZE>", "memory for the cache, as in 64MiB")
    .option("--log-level <LEVEL>", "error, warn, info or debug")
    .addHelpText("after", SERVE_HELP);
}

function addQuery(program: Command): Command {
  return program
    .command("query")
    .description("ask a server one question and print its response")
    .argument("<NAME>", "the name to ask for")
    .argument("[TYPE]", "the type to ask for", "A")
    .option("--server <URL>", "the server to ask", "udp://127.0.0.1:5335")
    .option("--ca <FILE>", "PEM file of trust anchors, in place of the system's")
    .addOption(new Option("--http <VERSION>", "the version for https://").choices(HTTP_VERSIONS))
    .option("--post", "ask by POST over https://, not by GET")
    .option("--json", "print the response as JSON")
    .option("--dnssec", "ask for DNSSEC records too")
    .option("--short", "print the RDATA of the answers alone")
    .addHelpText("after", QUERY_HELP);
}

function addCheck(program: Command): Command {
  return program
    .command("check")
    .description("check the settings and print every mistake")
    .option("--config <FILE>", "read settings from this YAML file")
    .addHelpText("after", CHECK_HELP);
}

function addBench(program: Command): Command {
  return program
    .command("bench")
    .description("put a server under load and print what came of it")
    .option("--server <URL>", "the server, as in query", "udp://127.0.0.1:5335")
    .option("--ca <FILE>", "PEM file of trust anchors, in place of the system's")
    .option("--post", "ask by POST over https://, not by GET")
    .option("--rate <RATE>", "queries a second, or max (default: 1000)")
    .option("--ramp <FROM:TO[:STEPS]>", "rates that rise or fall, in place of one")
    .option("--duration <TIME>", "how long queries leave (default: 10s)")
    .option("--connections <N>", "connections, over UDP sockets (default: 8)")
    .option("--in-flight <N>", "unanswered queries with --rate max (default: 500)")
    .option("--timeout <TIME>", "without a response a query is lost (default: 5s)")
    .option("--names <FILE>", "names to be hit")
    .option("--zone <NAME>", "make names below this one")
    .option("--name-count <N>", "how many, to be hit (default: 1000)")
    .option("--zipf <S>", "ask for them by Zipf's law, not in turn")
    .option("--mix <MIX>", "shares, as in hit=90,miss=9,blocked=1")
    .option("--blocked-names <FILE>", "names that the server blocks")
    .option("--expect-rcode <LIST>", "right rcodes by class, as in hit=NOERROR+NXDOMAIN")
    .option("--no-warm-up", "do not ask for the names to be hit beforehand")
    .option("--seed <N>", "of the chances taken (default: 1)")
    .option("--json", "print the report as JSON")
    .option("--compare <FILE>", "compare with an earlier report in JSON")
    .addHelpText("after", BENCH_HELP);
}

function addCompletion(program: Command): Command {
  return program
    .command("completion")
    .description("print a script that completes commands and options")
    .addArgument(new Argument("<SHELL>", "the shell that reads it").choices(SHELLS))
    .addHelpText("after", COMPLETION_HELP);
}

function collect(value: string, values: readonly string[] = []): string[] {
  return [...values, value];
}

function outputTo(terminal: Terminal): OutputConfiguration {
  return {
    writeOut: (text) => terminal.print(text.trimEnd()),
    writeErr: (text) => terminal.complain(text.trimEnd()),
    outputError: (text, write) =>
      write(
        text
          .trimEnd()
          .replace(/^error: /, "hermod: ")
          .replaceAll("\n", " "),
      ),
    getOutHelpWidth: () => 80,
    getErrHelpWidth: () => 80,
  };
}

/** One line for what a person can mend; a mistake of Hermod's own shows where it happened. */
function complain(terminal: Terminal, error: unknown): void {
  if (!(error instanceof HermodError)) {
    const stack = error instanceof Error ? error.stack : undefined;
    return terminal.complain(`hermod: ${stack ?? messageOf(error)}`);
  }
  // Mistakes in settings are lines that begin with the place, so that editors can jump there.
  terminal.complain(error.code === "SETTINGS" ? error.message : `hermod: ${error.message}`);
}
