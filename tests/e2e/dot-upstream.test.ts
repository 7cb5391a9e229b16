// An upstream over TLS is believed only if its certificate is right (RFC 8310, strict). If it is
// not, clients get SERVFAIL with a reason, and nothing is asked in clear text instead.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { after, before, describe, test } from "node:test";
import { type Authority, makeAuthority, makeCertificate } from "../certificates.ts";
import { Hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { ask, type ProgramResponse } from "./query-programs.ts";
import { tlsUrl, UPSTREAM_NAME } from "./resolver-pair.ts";
import { Unbound } from "./unbound.ts";
import { WWW_ADDRESS, ZONE } from "./zone.ts";

const skip = needs("kdig", "unbound", "openssl");
const TLS_HANDSHAKE = 22;
let authority: Authority;
let unbound: Unbound;

before(async () => {
  if (skip !== false) return;
  authority = makeAuthority();
  const tls = makeCertificate(authority, { names: [UPSTREAM_NAME], addresses: ["127.0.0.1"] });
  unbound = await Unbound.start({ tls, logQueries: true });
});
after(async () => {
  if (skip === false) await unbound.kill();
});

/** One query through a Hermod of its own. */
async function askThrough(upstream: string, ca?: string): Promise<ProgramResponse> {
  const hermod = await Hermod.start({
    upstreams: [upstream],
    ...(ca !== undefined && { upstreamCa: ca }),
  });
  const response = await ask("kdig", hermod.dnsPort, `www.${ZONE} A +edns`);
  await hermod.stop();
  return response;
}

function queriesAtUpstream(): number {
  return unbound.log.split(`www.${ZONE}. A IN`).length - 1;
}

describe("an upstream over TLS", () => {
  test("is asked when its certificate has the name", { skip }, async () => {
    const response = await askThrough(tlsUrl(unbound), authority.certificateFile);
    assert.equal(response.answer[0]?.rdata, WWW_ADDRESS, response.text);
  });

  test("is asked when its certificate has the address", { skip }, async () => {
    const url = `tls://127.0.0.1:${unbound.ports.tls}`;
    const response = await askThrough(url, authority.certificateFile);
    assert.equal(response.answer[0]?.rdata, WWW_ADDRESS, response.text);
  });

  const refused = async (url: string, ca?: string): Promise<void> => {
    const before = queriesAtUpstream();
    const response = await askThrough(url, ca);
    assert.equal(response.status, "SERVFAIL", response.text);
    assert.match(response.text, /EDE: (?:22|23)\b/);
    assert.equal(queriesAtUpstream(), before);
  };

  test("is not asked under another name", { skip }, async () => {
    await refused(tlsUrl(unbound, "dns.other.example"), authority.certificateFile);
  });

  test("is not asked when another authority vouches for it", { skip }, async () => {
    await refused(tlsUrl(unbound), makeAuthority().certificateFile);
  });

  test("is not asked when the system does not trust its authority", { skip }, async () => {
    await refused(tlsUrl(unbound));
  });
});

test("nothing but TLS is spoken to an upstream over TLS", { skip }, async () => {
  const firstBytes: number[] = [];
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes) => {
      firstBytes.push(Buffer.from(bytes)[0]!);
      socket.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const response = await askThrough(`tls://127.0.0.1:${port}#${UPSTREAM_NAME}`);
  server.close();
  assert.equal(response.status, "SERVFAIL", response.text);
  assert.ok(firstBytes.length > 0);
  assert.deepEqual(new Set(firstBytes), new Set([TLS_HANDSHAKE]));
});
