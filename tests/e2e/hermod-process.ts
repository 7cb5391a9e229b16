// Hermod itself, started from its command line on free ports of the loopback address.

import assert from "node:assert/strict";
import process from "node:process";
import { Child, type Exit, run } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { HERMOD_COMMAND } from "./runtime-command.ts";
import { temporaryFile } from "./temporary-folder.ts";
import type { CertificateFiles } from "./unbound.ts";

const START_TIMEOUT_MS = 20_000;
/** What is in flight has 5 s to finish. */
const STOP_TIMEOUT_MS = 6000;

/** Unless a test has a certificate for it. */
const NOT_ENCRYPTED = "listen: {dot: [], doh: []}\n";

export interface HermodOptions {
  /** Upstream URLs, first choice first. */
  readonly upstreams: readonly string[];
  readonly upstreamCa?: string;
  /** Lines of the YAML file besides; `listen` is there already. */
  readonly config?: string;
  readonly parameters?: readonly string[];
  /** Serves DNS over TLS and over HTTPS as well, on free ports. */
  readonly tls?: CertificateFiles;
  /** By default a free one. */
  readonly dnsPort?: number;
  /** Program and first arguments; by default the command line's entry on this runtime. */
  readonly program?: readonly [string, ...string[]];
}

interface Ports {
  readonly dns: number;
  readonly admin: number;
  /** 0: not served. */
  readonly dot: number;
  readonly doh: number;
}

export class Hermod {
  readonly dnsPort: number;
  /** 0 without a certificate. */
  readonly dotPort: number;
  readonly dohUrl: string;
  readonly adminUrl: string;
  readonly child: Child;

  private constructor(child: Child, { dns, dot, doh, admin }: Ports) {
    this.child = child;
    this.dnsPort = dns;
    this.dotPort = dot;
    this.dohUrl = `https://127.0.0.1:${doh}`;
    this.adminUrl = `http://127.0.0.1:${admin}`;
  }

  /** Starts it and waits for the line that begins `ready`. */
  static async start(options: HermodOptions): Promise<Hermod> {
    const ports: Ports = {
      dns: options.dnsPort ?? (await freePort()),
      admin: await freePort(),
      dot: options.tls === undefined ? 0 : await freePort(),
      doh: options.tls === undefined ? 0 : await freePort(),
    };
    const parameters = serveParameters(options, ports);
    const [program, ...first] = options.program ?? HERMOD_COMMAND;
    const child = new Child(program, [...first, ...parameters], { environment });
    const isReady = (): boolean => /^ready/m.test(child.stdout);
    await child.waitUntil(isReady, "ready line", START_TIMEOUT_MS);
    return new Hermod(child, ports);
  }

  /** Stops it with SIGTERM and holds it to its promise: exit code 0, within 6 s. */
  async stop(): Promise<void> {
    const start = Date.now();
    this.child.signal("SIGTERM");
    const gone = (): boolean => this.child.exit !== undefined;
    await this.child.waitUntil(gone, "exit after SIGTERM", STOP_TIMEOUT_MS);
    assert.equal(this.child.exit?.code, 0, this.child.failure("stopped badly").message);
    assert.ok(Date.now() - start < STOP_TIMEOUT_MS);
  }

  /** The value of a metric's sample, summed over those whose labels include `labels`; 0 if none. */
  async metric(name: string, ...labels: readonly string[]): Promise<number> {
    const text = await (await fetch(`${this.adminUrl}/metrics`)).text();
    return text
      .split("\n")
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => labels.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }
}

/** Runs `hermod` with these parameters to its end. */
export function hermod(...parameters: string[]): Promise<Child & { exit: Exit }> {
  const timeoutMs = START_TIMEOUT_MS;
  const [program, ...first] = HERMOD_COMMAND;
  return run(program, [...first, ...parameters], { environment, timeoutMs });
}

function serveParameters(options: HermodOptions, ports: Ports): string[] {
  return [
    "serve",
    ...["--config", temporaryFile("hermod.yaml", `${NOT_ENCRYPTED}${options.config ?? ""}`)],
    ...["--dns", `127.0.0.1:${ports.dns}`],
    ...["--admin", `127.0.0.1:${ports.admin}`],
    ...tlsParameters(options.tls, ports),
    ...options.upstreams.flatMap((url) => ["--upstream", url]),
    ...(options.upstreamCa === undefined ? [] : ["--upstream-ca", options.upstreamCa]),
    ...(options.parameters ?? []),
  ];
}

function tlsParameters(tls: CertificateFiles | undefined, { dot, doh }: Ports): string[] {
  if (tls === undefined) return [];
  return [
    ...["--dot", `127.0.0.1:${dot}`, "--doh", `127.0.0.1:${doh}`],
    ...["--tls-cert", tls.certificateFile, "--tls-key", tls.keyFile],
  ];
}

/** Settings of whoever runs the tests stay outside. */
const environment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("HERMOD_")),
);
