#!/usr/bin/env bun
// The command line's entry: a table of subcommands, each loaded when it is called.

import packageJson from "../package.json" with { type: "json" };
import { runProgram } from "./commands/program.ts";
import { processTerminal as terminal } from "./commands/terminal.ts";

const { argv, env } = process;

process.exitCode = await runProgram(argv.slice(2), packageJson.version, terminal, {
  async serve(options) {
    const { serve } = await import("./commands/serve.ts");
    // Ends here, whatever a connection's last bytes still wait for.
    process.exit(await serve(options, env, terminal));
  },
  async query(name, type, options) {
    const { query } = await import("./commands/query.ts");
    return query(name, type, options, terminal);
  },
  async check(options) {
    const { check } = await import("./commands/check.ts");
    return check(options, env, terminal);
  },
  async bench(options) {
    const { bench } = await import("./commands/bench.ts");
    return bench(options, packageJson.version, terminal);
  },
  async completion(shell, program) {
    const { completion } = await import("./commands/completion.ts");
    return completion(shell, program, terminal);
  },
});
