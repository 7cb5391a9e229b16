// Hermod behind systemd-resolved, the stub resolver of many Linux machines, which asks it over TLS by
// its verified name and trusts whom the system trusts.

import assert from "node:assert/strict";
import process from "node:process";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Child } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { needs, programPath } from "./programs.ts";
import { ask, type ProgramResponse } from "./query-programs.ts";
import { HERMOD_NAME, ResolverPair } from "./resolver-pair.ts";
import { resolvedCommand } from "./systemd-resolved.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { WWW_ADDRESS, ZONE } from "./zone.ts";

const PATIENCE_MS = 20_000;
const isRoot = process.getuid?.() === 0;
const needed = needs("systemd-resolved", "kdig", "unbound", "openssl");
const skip = needed === false && !isRoot ? "needs root, to run a program in a folder" : needed;
let pair: ResolverPair | undefined;

before(async () => {
  if (skip === false) pair = await ResolverPair.start({ encrypted: true });
});
after(() => pair?.stop());

const queries = (): Promise<number> =>
  pair!.hermod.metric("hermod_queries_total", 'transport="dot"');

/** Forwards all to Hermod, which it expects to be called `name`; answers on `port`. */
function startResolved(name: string, port: number): Child {
  const { authority, hermod } = pair!;
  const configuration = `[Resolve]
DNS=127.0.0.1:${hermod.dotPort}#${name}
FallbackDNS=
Domains=~.
DNSOverTLS=yes
DNSSEC=no
LLMNR=no
MulticastDNS=no
DNSStubListener=no
DNSStubListenerExtra=127.0.0.1:${port}
`;
  const [program, ...parameters] = resolvedCommand({
    folder: temporaryFolder(),
    program: programPath("systemd-resolved"),
    configuration,
    caFile: authority.certificateFile,
  });
  // Whom it trusts is not for the environment to say; why it trusts no server it tells at this level.
  const environment = { PATH: process.env["PATH"], SYSTEMD_LOG_LEVEL: "debug" };
  return new Child(program, parameters, { environment });
}

/** Asks until `isOver` says so. */
async function askUntil(
  child: Child,
  port: number,
  isOver: (response: ProgramResponse) => boolean,
): Promise<ProgramResponse> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const response = await ask("kdig", port, `www.${ZONE} A +timeout=2`);
    if (isOver(response)) return response;
    if (Date.now() > end || child.exit !== undefined) throw child.failure("does not answer");
    await delay(100);
  }
}

describe("systemd-resolved in front", () => {
  test("resolves a name through Hermod", { skip, timeout: 60_000 }, async () => {
    const asked = await queries();
    const port = await freePort();
    const child = startResolved(HERMOD_NAME, port);
    try {
      const response = await askUntil(child, port, ({ status }) => status !== "");
      assert.equal(response.status, "NOERROR", response.text);
      assert.equal(response.answer[0]?.rdata, WWW_ADDRESS, response.text);
      assert.ok((await queries()) > asked);
    } finally {
      await child.kill();
    }
  });

  test("asks nothing of a server of another name", { skip, timeout: 60_000 }, async () => {
    const asked = await queries();
    const port = await freePort();
    const child = startResolved("other.example", port);
    const hasRefused = (): boolean => child.stderr.includes("certificate verify failed");
    try {
      const response = await askUntil(child, port, hasRefused);
      assert.deepEqual(response.answer, [], response.text);
      assert.equal(await queries(), asked);
    } finally {
      await child.kill();
    }
  });
});
