// A browser whose setting for DNS over HTTPS points at Hermod loads a page by a name that only Hermod
// knows.

import assert from "node:assert/strict";
import { X509Certificate, createHash } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "./child-process.ts";
import { needs, programPath } from "./programs.ts";
import { ResolverPair } from "./resolver-pair.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { ZONE } from "./zone.ts";

const skip = needs("chromium", "unbound", "openssl");
const timeout = 90_000;
const LOAD_TIMEOUT_MS = 60_000;
const NAME = `page.${ZONE}`;
const TEXT = "served by name";
let pair: ResolverPair;
let pages: Server;
/** Host headers of the requests that came. */
const hosts: (string | undefined)[] = [];

before(async () => {
  if (skip !== false) return;
  pages = createServer((request, response) => {
    hosts.push(request.headers.host);
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>page</title><p>${TEXT}</p>`);
  });
  pages.listen(0, "127.0.0.1");
  await once(pages, "listening");
  pair = await ResolverPair.start({ encrypted: true, localData: [`${NAME}. 60 IN A 127.0.0.1`] });
});
after(async () => {
  pages?.close();
  await pair?.stop();
});

/** The page's document as the browser has it in the end. */
async function load(localState: object): Promise<string> {
  const profile = temporaryFolder();
  writeFileSync(join(profile, "Local State"), JSON.stringify(localState));
  const browser = await run(
    programPath("chromium"),
    [
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ...[`--user-data-dir=${profile}`, `--ignore-certificate-errors-spki-list=${pin()}`],
      ...["--dump-dom", pageUrl()],
    ],
    { timeoutMs: LOAD_TIMEOUT_MS },
  );
  return browser.stdout;
}

const pageUrl = (): string => `http://${NAME}:${(pages.address() as AddressInfo).port}/`;

/** Of Hermod's key: the browser's own list of authorities can't be added to from outside. */
function pin(): string {
  const { publicKey } = new X509Certificate(pair.tls.certificate);
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
}

test("without Hermod the browser does not find the page", { skip, timeout }, async () => {
  const document = await load({ dns_over_https: { mode: "off" } });
  assert.ok(!document.includes(TEXT), document);
  assert.deepEqual(hosts, []);
});

test("with Hermod as its secure DNS it loads the page by name", { skip, timeout }, async () => {
  const templates = `${pair.hermod.dohUrl}/dns-query`;
  const document = await load({ dns_over_https: { mode: "secure", templates } });
  assert.ok(document.includes(TEXT), document);
  assert.equal(hosts[0], new URL(pageUrl()).host);
  const labels = ['transport="doh"', 'rcode="NOERROR"'];
  assert.ok((await pair.hermod.metric("hermod_queries_total", ...labels)) > 0);
});
