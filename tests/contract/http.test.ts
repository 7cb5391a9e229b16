// The HTTP part of the runtime's contract over real sockets: addresses, faults, an orderly stop, and
// changing over to another certificate.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { HermodError } from "../../src/errors.ts";
import type { HttpListener, HttpOptions } from "../../src/runtime/contract.ts";
import { selectRuntime } from "../../src/runtime/select.ts";
import { type Certificate, makeSelfSigned } from "../certificates.ts";
import { curl } from "../curl.ts";
import { freePort } from "../e2e/free-port.ts";
import { needs } from "../e2e/programs.ts";
import { shownCertificate } from "../e2e/shown-certificate.ts";
import { runtimeLacks } from "../runtime-lacks.ts";

const skip = needs("curl", "openssl");
const LOCAL = { host: "127.0.0.1", port: 0 };
const runtime = await selectRuntime();
const listeners: HttpListener[] = [];
after(() => {
  for (const listener of listeners) listener.closeAll();
});

function serve(options: Partial<HttpOptions> & Pick<HttpOptions, "fetch">): HttpListener {
  const listener = runtime.serveHttp({ local: LOCAL, ...options });
  listeners.push(listener);
  return listener;
}

const certificate = (): Certificate => makeSelfSigned({ addresses: ["127.0.0.1"] });

describe("an HTTP listener in the clear", () => {
  test("tells who asks, over IPv4 and IPv6", async () => {
    for (const host of ["127.0.0.1", "::1"]) {
      const local = { host, port: 0 };
      const { local: bound } = serve({ local, fetch: (_, remote) => new Response(remote) });
      const shown = host.includes(":") ? `[${host}]` : host;
      const response = await fetch(`http://${shown}:${bound.port}/`);
      assert.equal(await response.text(), host);
      assert.equal(bound.host, host);
    }
  });

  test("says why it can't be had", () => {
    const { local } = serve({ fetch: () => new Response() });
    assert.throws(
      () => serve({ local, fetch: () => new Response() }),
      (error) => error instanceof HermodError && error.code === "ADDRESS_IN_USE",
    );
  });

  test("makes a bare 500 of an exception, without a word of it", async () => {
    const faults: HttpOptions["fetch"][] = [
      () => {
        throw new Error("secret");
      },
      () => Promise.reject(new Error("secret")),
    ];
    for (const fault of faults) {
      const { local } = serve({ fetch: fault });
      const response = await fetch(`http://127.0.0.1:${local.port}/`);
      assert.equal(response.status, 500);
      assert.equal(await response.text(), "");
    }
  });

  test("leaves the body to a handler that takes its time", async () => {
    const { local } = serve({
      fetch: async (request) => {
        await delay(20);
        return new Response(await request.text());
      },
    });
    const init = { method: "POST", body: "taken" };
    assert.equal(await (await fetch(`http://127.0.0.1:${local.port}/`, init)).text(), "taken");
  });

  test("answers what is in flight when it stops, and nothing after that", async () => {
    let asked = (): void => {};
    const inFlight = new Promise<void>((resolve) => (asked = resolve));
    const { local, stop } = serve({
      fetch: async () => {
        asked();
        await delay(200);
        return new Response("finished");
      },
    });
    const url = `http://127.0.0.1:${local.port}/`;
    const response = fetch(url, { headers: { connection: "close" } });
    await inFlight;
    const stopped = stop();
    assert.equal(await (await response).text(), "finished");
    await stopped;
    await assert.rejects(fetch(url));
  });

  test("ends what is left at once when told to", async () => {
    let asked = (): void => {};
    const inFlight = new Promise<void>((resolve) => (asked = resolve));
    const { local, closeAll } = serve({
      fetch: () => {
        asked();
        return new Promise(() => {});
      },
    });
    const response = fetch(`http://127.0.0.1:${local.port}/`);
    const rejected = assert.rejects(response);
    await inFlight;
    closeAll();
    await rejected;
  });

  test("can be told to end while it stops, and to stop after it has ended", async () => {
    let asked = (): void => {};
    const inFlight = new Promise<void>((resolve) => (asked = resolve));
    const first = serve({
      fetch: () => {
        asked();
        return new Promise(() => {});
      },
    });
    const url = `http://127.0.0.1:${first.local.port}/`;
    const settled = fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    await inFlight;
    const stopped = first.stop();
    first.closeAll();
    await stopped;
    assert.equal(await settled, false, "no response that says all is well");
    const second = serve({ fetch: () => new Response() });
    second.closeAll();
    await second.stop();
    second.closeAll();
  });
});

describe("an HTTP listener that retires", () => {
  test("ends HTTP/1.1 connections with their next response", async () => {
    const { local, retire } = serve({ fetch: () => new Response("kept") });
    const socket = connect({ host: "127.0.0.1", port: local.port });
    let received = "";
    socket.on("data", (bytes: Buffer) => (received += bytes.toString("latin1")));
    const ask = async (): Promise<void> => {
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      await once(socket, "data");
    };
    await ask();
    await ask();
    assert.doesNotMatch(received, /^connection: *close/im);
    retire();
    const closed = runtimeLacks("ends after Connection: close") || once(socket, "close");
    await ask();
    await closed;
    assert.equal(received.match(/^connection: *close/gim)?.length, 1);
    assert.equal(received.match(/kept/g)?.length, 3);
    socket.destroy();
  });

  test("tells those who wait for their response already", async () => {
    let answer = (_: Response): void => {};
    const { local, retire } = serve({ fetch: () => new Promise((resolve) => (answer = resolve)) });
    const response = fetch(`http://127.0.0.1:${local.port}/`);
    await delay(100);
    retire();
    answer(new Response("waited for"));
    assert.equal((await response).headers.get("connection"), "close");
    assert.equal(await (await response).text(), "waited for");
  });

  test("keeps HTTP/2 connections", { skip }, async () => {
    const { local, retire } = serve({
      ...{ tls: certificate(), http2: true },
      fetch: () => new Response("kept"),
    });
    retire();
    const url = `https://127.0.0.1:${local.port}/`;
    const session = connectHttp2(url, { rejectUnauthorized: false });
    for (let i = 0; i < 3; i++) {
      const stream = session.request({ ":path": "/" });
      const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
      assert.equal(headers[":status"], 200);
      assert.equal("connection" in headers, false);
      stream.resume();
      await once(stream, "close");
    }
    assert.equal(session.closed, false);
    session.destroy();
  });
});

describe("an HTTP listener over TLS", () => {
  test("speaks HTTP/2 when told to, in the clear by prior knowledge", { skip }, async () => {
    const plain = serve({ http2: true, fetch: () => new Response("h2") });
    const url = `http://127.0.0.1:${plain.local.port}/`;
    const response = await curl(url, { parameters: ["--http2-prior-knowledge"] });
    assert.equal(response.version, "2");
    const tls = serve({ tls: certificate(), fetch: () => new Response() });
    const { version } = await curl(`https://127.0.0.1:${tls.local.port}/`, {
      parameters: ["--http2"],
    });
    assert.equal(version, runtimeLacks("HTTP/1.1 alone over TLS") ? "2" : "1.1");
  });

  test("over HTTP/2 gives a response to a body that is not read, each time", { skip }, async () => {
    const fetch = (): Response => new Response("no\n", { status: 415 });
    const { local } = serve({ tls: certificate(), http2: true, fetch });
    for (let i = 0; i < 10; i++) {
      const url = `https://127.0.0.1:${local.port}/`;
      const { status } = await curl(url, { body: new Uint8Array(100 + 10_000 * i) });
      assert.equal(status, 415);
    }
  });
});

describe("changing over to another certificate", () => {
  /** Asks on and on until told to stop; counts. */
  async function askOn(ask: () => Promise<number>, done: () => boolean): Promise<number> {
    let count = 0;
    for (; !done(); count++) assert.equal(await ask(), 200);
    return count;
  }

  async function changeOver(ask: (port: number) => () => Promise<number>): Promise<void> {
    const [first, second] = [certificate(), certificate()];
    const local = { host: "127.0.0.1", port: await freePort() };
    const common = { local, http2: true, http3: true, reusePort: true } as const;
    const before = serve({ ...common, tls: first, fetch: () => new Response("1") });
    let isDone = false;
    const asking = askOn(ask(local.port), () => isDone);
    await delay(200);
    serve({ ...common, tls: second, fetch: () => new Response("2") });
    await delay(100);
    await before.stop();
    const shown = await shownCertificate(local.port);
    assert.equal(shown.trim(), readFileSync(second.certificateFile, "utf8").trim());
    await delay(200);
    isDone = true;
    assert.ok((await asking) > 3);
  }

  for (const version of ["1.1", "2"]) {
    // The kernel resets a connection that waits to be accepted when its listener goes.
    test(
      `loses no query by HTTP/${version} that is tried again after a reset`,
      { skip, timeout: 60_000 },
      async () => {
        await changeOver((port) => async () => {
          const again = ["--retry", "2", "--retry-delay", "0", "--retry-all-errors"];
          const parameters = [`--http${version}`, ...again];
          return (await curl(`https://127.0.0.1:${port}/`, { parameters })).status;
        });
      },
    );
  }

  if (!runtimeLacks("HTTP/3")) {
    test("loses no query on a live connection by HTTP/3", { skip, timeout: 60_000 }, async () => {
      const init = { protocol: "http3", tls: { rejectUnauthorized: false } } as RequestInit;
      await changeOver((port) => async () => {
        await delay(5);
        return (await fetch(`https://127.0.0.1:${port}/`, init)).status;
      });
    });
  }
});
