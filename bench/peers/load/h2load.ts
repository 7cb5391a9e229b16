// Load over HTTPS by h2load: one query by POST or by GET, over and over, 20 at once on each connection. It does not
// look into a response, but counts bytes: another response than the right one has another length.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { requireProgram } from "../find-program.ts";
import { programVersion } from "../program-version.ts";
import { CONNECTIONS, type LoadGenerator, type LoadOutcome } from "./load-generator.ts";

const STREAMS = 20;
const QUERY_LENGTH = 34;
/** The question comes back with one address record; an OPT record was not asked for. */
const RESPONSE_LENGTH: number = QUERY_LENGTH + 16;

export const h2load: LoadGenerator = {
  name: "h2load",
  version: () => programVersion(requireProgram("h2load"), ["--version"], /nghttp2\/(\S+)/),
  async run({ files, port, seconds, transport }) {
    const parameters = [
      ...["-c", String(CONNECTIONS), "-m", String(STREAMS), "-t", "1", "-D", String(seconds)],
      ...(transport === "doh-get" ? getRequest(port, files.query) : postRequest(port, files.query)),
    ];
    const { stdout } = await promisify(execFile)(requireProgram("h2load"), parameters);
    return h2loadOutcome(stdout, `h2load ${parameters.join(" ")}`, RESPONSE_LENGTH);
  },
};

const urlOf = (port: number): string => `https://127.0.0.1:${port}/dns-query`;

function postRequest(port: number, query: string): string[] {
  return ["-d", query, "-H", "content-type: application/dns-message", urlOf(port)];
}

function getRequest(port: number, query: string): string[] {
  return [`${urlOf(port)}?dns=${readFileSync(query).toString("base64url")}`];
}

const UNIT_SECONDS = { us: 1e-6, ms: 1e-3, s: 1 } as const;

function secondsIn(text: string): number {
  const found = /^finished in ([\d.]+)(us|ms|s),/m.exec(text);
  if (found === null) throw new Error(`h2load's output does not say how long it took: ${text}`);
  return Number(found[1]) * UNIT_SECONDS[found[2] as keyof typeof UNIT_SECONDS];
}

/** `responseLength` in bytes, of a right response's body. */
export function h2loadOutcome(text: string, command: string, responseLength: number): LoadOutcome {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`h2load's output lacks ${pattern}: ${text}`);
    return Number(found);
  };
  const ok = number(/^status codes: (\d+) 2xx/m);
  const bodies = number(/\((\d+)\) data$/m);
  // All that did not succeed: errors, time-outs and other statuses.
  const failed = number(/ (\d+) failed/);
  const wrongStatus = [/ (\d+) 3xx/, / (\d+) 4xx/, / (\d+) 5xx/]
    .map(number)
    .reduce((sum, count) => sum + count, 0);
  const lost = Math.max(0, failed - wrongStatus);
  // Whatever came before or after the measured time is in one of the two counts alone.
  const isRight = Math.abs(bodies / ok - responseLength) < 0.5;
  return {
    command,
    sent: ok + wrongStatus + lost,
    answered: ok + wrongStatus,
    lost,
    wrong: wrongStatus + (isRight ? 0 : ok),
    seconds: secondsIn(text),
  };
}
