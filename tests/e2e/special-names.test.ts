// Without any network, the first query still gets its answer: names that are answered locally. What
// has to be asked gets SERVFAIL with a reason, in time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort } from "./free-port.ts";
import { Hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { ask } from "./query-programs.ts";

const skip = needs("kdig");
let hermod: Hermod;

before(async () => {
  if (skip === false) hermod = await Hermod.start({ upstreams: [await nobody()] });
});
after(async () => {
  if (skip === false) await hermod.stop();
});

/** The URL of an upstream that is not there. */
async function nobody(): Promise<string> {
  return `udp://127.0.0.1:${await freePort()}`;
}

/** question → status, then the RDATA of the answer. */
const EXPECTED: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "localhost A": ["NOERROR", "127.0.0.1"],
  "localhost AAAA": ["NOERROR", "::1"],
  "any.thing.localhost A": ["NOERROR", "127.0.0.1"],
  "localhost MX": ["NOERROR"],
  "-x 127.0.0.1": ["NOERROR", "localhost."],
  "-x ::1": ["NOERROR", "localhost."],
  "-x 192.168.7.8": ["NXDOMAIN"],
  "-x 10.1.2.3": ["NXDOMAIN"],
  "-x fe80::1": ["NXDOMAIN"],
  "name.invalid A": ["NXDOMAIN"],
  "name.test A": ["NXDOMAIN"],
  "hidden.onion A": ["NXDOMAIN"],
  "printer.local A": ["NXDOMAIN"],
  "nas.home.arpa A": ["NXDOMAIN"],
  "_dns.resolver.arpa TYPE64": ["NOERROR"],
};

for (const [question, [status, ...rdata]] of Object.entries(EXPECTED)) {
  test(`${question} is answered locally`, { skip }, async () => {
    for (const flag of ["+notcp", "+tcp"]) {
      const response = await ask("kdig", hermod.dnsPort, `${question} ${flag}`);
      assert.equal(response.status, status, response.text);
      assert.deepEqual(
        response.answer.map((record) => record.rdata),
        rdata,
        response.text,
      );
    }
  });
}

test("what has to be asked gets SERVFAIL with an extended error within 2 s", { skip }, async () => {
  const start = Date.now();
  const response = await ask("kdig", hermod.dnsPort, "www.example.org A +edns");
  assert.equal(response.status, "SERVFAIL", response.text);
  assert.match(response.text, /EDE: (?:22|23)\b/);
  // 2 s is the promise; starting kdig on a busy machine takes its time as well.
  assert.ok(Date.now() - start < 4000, `${Date.now() - start} ms`);
});
