// Whatever optimisation is turned off, and with all of them off, Hermod answers as it does otherwise,
// over each transport, what it has to ask and what it knows.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { knownKeys } from "../../src/config/schema.ts";
import { type Authority, makeAuthority, makeCertificate } from "../certificates.ts";
import { Hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { ask, type ProgramResponse } from "./query-programs.ts";
import { HERMOD_NAME, makeHermodCertificate, tlsUrl, UPSTREAM_NAME } from "./resolver-pair.ts";
import { Unbound } from "./unbound.ts";
import { WWW_ADDRESS, ZONE } from "./zone.ts";

const skip = needs("kdig", "unbound", "openssl");
const timeout = 60_000;
const SWITCHES = knownKeys(["experimental"]);
const TRANSPORTS = ["+notcp", "+tcp", "+tls", "+https"];
let authority: Authority;
let unbound: Unbound;

before(async () => {
  if (skip !== false) return;
  authority = makeAuthority();
  const tls = makeCertificate(authority, { names: [UPSTREAM_NAME] });
  unbound = await Unbound.start({ tls, logQueries: true });
});
after(() => unbound?.kill());

function start(off: readonly string[]): Promise<Hermod> {
  return Hermod.start({
    upstreams: [tlsUrl(unbound)],
    upstreamCa: authority.certificateFile,
    tls: makeHermodCertificate(authority),
    config: `experimental: {${off.map((name) => `${name}: false`).join(", ")}}\n`,
  });
}

function askOver(hermod: Hermod, transport: string, question: string): Promise<ProgramResponse> {
  const doh = Number(new URL(hermod.dohUrl).port);
  const ports: Record<string, number> = { "+tls": hermod.dotPort, "+https": doh };
  const verified = `+tls-ca=${authority.certificateFile} +tls-hostname=${HERMOD_NAME}`;
  const options = transport in ports ? `${transport} ${verified}` : transport;
  return ask("kdig", ports[transport] ?? hermod.dnsPort, `${options} ${question}`);
}

/** What comes of each question, over each transport at once. */
async function assertAnswers(hermod: Hermod): Promise<void> {
  const rdata = async (question: string, expected: readonly string[]): Promise<void> => {
    const asked = TRANSPORTS.map((transport) => askOver(hermod, transport, question));
    for (const { answer, text } of await Promise.all(asked)) {
      // Over HTTPS another status stands before this one.
      const rcode = expected.length > 0 ? "NOERROR" : "NXDOMAIN";
      assert.ok(text.includes(`opcode: QUERY; status: ${rcode};`), text);
      assert.deepEqual(
        answer.map((record) => record.rdata),
        expected,
        text,
      );
    }
  };
  const names = ["alias2", "alias3", "www"].map((name) => `${name}.${ZONE}.`);
  await Promise.all([
    rdata(`alias1.${ZONE} A`, [...names, WWW_ADDRESS]),
    rdata(`mail.${ZONE} MX`, [`10 www.${ZONE}.`]),
    rdata(`absent.${ZONE} A`, []),
  ]);
}

describe("with an optimisation turned off", () => {
  const cases = [...SWITCHES.map((name) => [name]), SWITCHES];
  for (const off of cases) {
    const title = off.length === 1 ? off[0]! : "all at once";
    test(`${title}: every answer is right`, { skip, timeout }, async () => {
      const hermod = await start(off);
      await assertAnswers(hermod);
      await assertAnswers(hermod);
      for (const name of off) {
        assert.match(hermod.child.stderr, new RegExp(`experimental\\.${name} is off`));
      }
      assert.equal(await hermod.metric("hermod_queries_total", 'rcode="SERVFAIL"'), 0);
      await hermod.stop();
    });
  }
});

test("with all of them on, nothing is said of it", { skip, timeout }, async () => {
  const hermod = await start([]);
  await assertAnswers(hermod);
  assert.doesNotMatch(hermod.child.stderr, /experimental/);
  await hermod.stop();
});

describe("what shows from outside", () => {
  const asked = (name: string): number => unbound.log.split(` ${name}.${ZONE}. A IN`).length - 1;
  const askTwice = async (hermod: Hermod, name: string): Promise<void> => {
    for (let i = 0; i < 2; i++) await askOver(hermod, "+notcp", `${name}.${ZONE} A`);
  };

  test("without negativeCaching NXDOMAIN is asked each time", { skip, timeout }, async () => {
    for (const [off, count] of [
      [[], 1],
      [["negativeCaching"], 2],
    ] as const) {
      const hermod = await start(off);
      const name = `never${count}`;
      await askTwice(hermod, name);
      assert.equal(asked(name), count, unbound.log);
      await hermod.stop();
    }
  });

  test("without nameCompression a response is longer", { skip, timeout }, async () => {
    const sizes: number[] = [];
    for (const off of [[], ["nameCompression"]]) {
      const hermod = await start(off);
      const { text } = await askOver(hermod, "+notcp", `mail.${ZONE} MX`);
      sizes.push(Number(/^;; Received (\d+) B$/m.exec(text)?.[1]));
      await hermod.stop();
    }
    assert.ok(sizes[0]! < sizes[1]!, sizes.join(", "));
  });

  test(
    "without connectionReuse no query goes where one went before",
    { skip, timeout },
    async () => {
      for (const [off, isReused] of [
        [[], true],
        [["connectionReuse"], false],
      ] as const) {
        const hermod = await start(off);
        for (const name of ["www", "text", "medium"]) {
          await askOver(hermod, "+notcp", `${name}.${ZONE} TXT`);
        }
        const reused = await hermod.metric("hermod_upstream_reused_total");
        assert.equal(reused > 0, isReused);
        await hermod.stop();
      }
    },
  );
});
