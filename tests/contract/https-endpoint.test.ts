// Changes of certificate over HTTPS under load, over real sockets: no client loses a request, neither
// while both listeners are there nor when the former leaves.

import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { TimingWheel } from "../../src/clock/timing-wheel.ts";
import type { Endpoint, HttpListener } from "../../src/runtime/contract.ts";
import { loadSharedPorts } from "../../src/runtime/load-shared-ports.ts";
import { selectRuntime } from "../../src/runtime/select.ts";
import { FORMER_LIFETIME_MS, HttpsEndpoint } from "../../src/server/https-endpoint.ts";
import {
  type Authority,
  type Certificate,
  makeAuthority,
  makeCertificate,
} from "../certificates.ts";
import { Child } from "../e2e/child-process.ts";
import { freePort } from "../e2e/free-port.ts";
import { Http1Load } from "../e2e/http1-load.ts";
import { Http2Load } from "../e2e/http2-load.ts";
import { needs } from "../e2e/programs.ts";
import { shownCertificate } from "../e2e/shown-certificate.ts";
import { LeapingClock } from "../leaping-clock.ts";
import { runtimeLacks } from "../runtime-lacks.ts";

const needed = needs("openssl");
const skip = process.platform === "linux" ? needed : "ports are steered on Linux";
const timeout = 60_000;
const CHANGES = 3;
const HTTP3_CLIENTS = 3;
/** As long as a message can be: sent only while the client says that it has got what came before. */
const LARGE = new Uint8Array(65_535);
/** For clients to start, or to notice. */
const MOMENT_MS = 300;
/** More than a handshake takes on a loaded machine. */
const HANDSHAKE_MS = 1500;

const runtime = await selectRuntime();
const clock = new LeapingClock();
const timers = new TimingWheel({ tickMs: 10, slotCount: 64, clock });
let authority: Authority;
let endpoint: HttpsEndpoint<Certificate>;
let local: Endpoint;
let url: string;

const newCertificate = (): Certificate =>
  makeCertificate(authority, { names: ["localhost"], addresses: ["127.0.0.1"] });

function serve(at: Endpoint, tls: Certificate): HttpListener {
  const fetch = async (request: Request): Promise<Response> => {
    await delay(1);
    return new Response(request.url.endsWith("large") ? LARGE : "response");
  };
  const common = { http2: true, http3: !runtimeLacks("HTTP/3"), reusePort: true } as const;
  return runtime.serveHttp({ ...common, local: at, tls, idleTimeoutMs: 8000, fetch });
}

before(async () => {
  if (skip !== false) return;
  authority = makeAuthority();
  local = { host: "127.0.0.1", port: await freePort() };
  url = `https://127.0.0.1:${local.port}/`;
  const openSharedPort = await loadSharedPorts();
  endpoint = new HttpsEndpoint({ serve, openSharedPort, timers }, local, newCertificate());
});
after(() => {
  endpoint?.stop();
  endpoint?.closeAll();
});

class Loads {
  private readonly kept: Http1Load;
  private readonly anew: Http1Load;
  private readonly http2: Http2Load;
  private readonly http3: readonly Child[];

  constructor() {
    const ca = authority.certificate;
    this.kept = new Http1Load({ url, ca });
    this.anew = new Http1Load({ url, ca, isAnew: true });
    this.http2 = new Http2Load({ url, ca, body: new Uint8Array(20), headers: {} });
    const program = join(import.meta.dirname, "../e2e/http3-load.ts");
    const environment = { ...process.env, NODE_EXTRA_CA_CERTS: authority.certificateFile };
    this.http3 = Array.from({ length: runtimeLacks("HTTP/3") ? 0 : HTTP3_CLIENTS }, () => {
      return new Child(process.execPath, [program, `${url}large`], { environment });
    });
  }

  async stop({ mayRepeat }: { mayRepeat: boolean }): Promise<void> {
    const { anew, http2, http3, kept } = this;
    for (const child of http3) child.signal("SIGTERM");
    await Promise.all([
      kept.stop(),
      anew.stop(),
      http2.stop(),
      ...http3.map((each) => each.exited),
    ]);
    assert.deepEqual([kept.lost, anew.lost, http2.lost], [[], [], []]);
    assert.ok(anew.answered > 20 && kept.answered > 20 && http2.answered > 20);
    assert.ok(kept.connections < kept.answered, "connections were kept");
    if (!mayRepeat) assert.equal(http2.repeated, 0);
    for (const { stderr, stdout } of http3) {
      const { answered, lost } = JSON.parse(stdout || stderr) as {
        answered: number;
        lost: unknown;
      };
      assert.deepEqual(lost, []);
      assert.ok(answered > 20, stdout);
    }
  }
}

async function change(): Promise<void> {
  const certificate = newCertificate();
  endpoint.prepare(certificate);
  endpoint.commit();
  const shown = await shownCertificate(local.port);
  assert.equal(shown.trim(), certificate.certificate.trim());
}

describe("DNS over HTTPS at an endpoint", () => {
  test("changes its certificate again and again and loses nothing", { skip, timeout }, async () => {
    const loads = new Loads();
    await delay(2 * MOMENT_MS);
    for (let i = 0; i < CHANGES; i++) {
      await change();
      await delay(MOMENT_MS);
    }
    await loads.stop({ mayRepeat: false });
  });

  test("loses nothing when a former listener leaves", { skip, timeout }, async () => {
    const loads = new Loads();
    await delay(2 * MOMENT_MS);
    for (let i = 0; i < CHANGES; i++) {
      await change();
      await delay(HANDSHAKE_MS); // the leap leaves none to handshakes that are under way
      clock.leap(FORMER_LIFETIME_MS);
      await delay(MOMENT_MS);
    }
    await loads.stop({ mayRepeat: true });
  });

  test("goes on as before when a change is cancelled", { skip, timeout }, async () => {
    const loads = new Loads();
    await delay(2 * MOMENT_MS);
    const before = await shownCertificate(local.port);
    for (let i = 0; i < CHANGES; i++) {
      endpoint.prepare(newCertificate());
      assert.equal(await shownCertificate(local.port), before);
      await delay(MOMENT_MS);
      endpoint.cancel();
      assert.equal(await shownCertificate(local.port), before);
    }
    await loads.stop({ mayRepeat: false });
  });

  test("stops while it changes", { skip, timeout }, async () => {
    await change();
    await change();
    endpoint.stop();
    await endpoint.finished();
    await assert.rejects(shownCertificate(local.port));
    assert.equal(timers.size, 0);
  });
});
