// `hermod bench` over HTTPS against servers that answer wrongly, too much, or not at all.

import assert from "node:assert/strict";
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { before, describe, test } from "node:test";
import type { BenchReport } from "../../src/commands/bench/bench-report.ts";
import { type Certificate, makeSelfSigned } from "../certificates.ts";
import { hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";

const skip = needs("openssl");
const timeout = 60_000;
const HEADERS = { ":status": 200, "content-type": "application/dns-message" } as const;
/** Of one connection, by `hermod bench`. */
const MAX_STREAMS = 100;

let tls: Certificate;

before(() => {
  if (skip === false) tls = makeSelfSigned({ addresses: ["127.0.0.1"] });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

type Answer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** The right response to a query by GET. */
function responseTo(headers: IncomingHttpHeaders): Buffer {
  const query = new URL(String(headers[":path"]), "https://127.0.0.1").searchParams.get("dns")!;
  const response = Buffer.from(query, "base64url");
  response[2]! |= 0x80;
  return response;
}

async function bench(
  answer: Answer,
  ...parameters: string[]
): Promise<{ readonly code: number | null; readonly report: BenchReport }> {
  const server: Http2SecureServer = createSecureServer({ cert: tls.certificate, key: tls.key });
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on("error", () => {});
    answer(stream, headers);
  });
  const url = `https://127.0.0.1:${await listen(server as unknown as Server)}/dns-query`;
  const { exit, stderr, stdout } = await hermod(
    ...["bench", "--json", "--server", url, "--ca", tls.certificateFile, "--zone", "zone.example"],
    ...["--no-warm-up", "--rate", "200", "--connections", "1", ...parameters],
  );
  server.close();
  assert.match(stdout, /^\{/, stderr);
  return { code: exit.code, report: JSON.parse(stdout) as BenchReport };
}

describe("what is not a right response over https", () => {
  const cases: Record<string, [answer: Answer, kind: string]> = {
    "another status": [
      (stream) => {
        stream.respond({ ":status": 500 });
        stream.end("sorry");
      },
      "http",
    ],
    "another type": [
      (stream) => {
        stream.respond({ ...HEADERS, "content-type": "text/html" });
        stream.end("<p>");
      },
      "http",
    ],
    "the right one with another ID": [
      (stream, headers) => {
        stream.respond(HEADERS);
        const response = responseTo(headers);
        response[0] = 1;
        stream.end(response);
      },
      "id",
    ],
    "one byte": [
      (stream) => {
        stream.respond(HEADERS);
        stream.end(Buffer.alloc(1));
      },
      "malformed",
    ],
    "the right one and more than a message can have": [
      (stream, headers) => {
        stream.respond(HEADERS);
        stream.end(Buffer.concat([responseTo(headers), Buffer.alloc(70_000)]));
      },
      "malformed",
    ],
  };
  for (const [name, [answer, kind]] of Object.entries(cases)) {
    test(name, { skip, timeout }, async () => {
      const { code, report } = await bench(answer, "--duration", "200ms");
      const { answered, failed, lost, sent } = report.queries;
      assert.ok(sent > 0);
      // A wrong ID belongs to no query.
      assert.deepEqual([failed, lost], kind === "id" ? [0, sent] : [sent, 0]);
      assert.deepEqual([answered, code], [0, 3]);
      for (const [found, count] of Object.entries(report.errors)) {
        assert.equal(count, found === kind ? sent : 0, `${found}: ${count}`);
      }
    });
  }
});

test("the right responses count", { skip, timeout }, async () => {
  const { code, report } = await bench(
    (stream, headers) => {
      stream.respond(HEADERS);
      stream.end(responseTo(headers));
    },
    ...["--duration", "200ms"],
  );
  assert.ok(report.queries.sent > 0);
  assert.deepEqual([report.queries.answered, code], [report.queries.sent, 0]);
});

test("streams whose queries are lost are cancelled", { skip, timeout }, async () => {
  let open = 0;
  let mostOpen = 0;
  let asked = 0;
  const { code, report } = await bench(
    (stream) => {
      asked++;
      mostOpen = Math.max(mostOpen, ++open);
      stream.on("close", () => open--);
      // A response that has begun and never ends.
      stream.respond(HEADERS);
    },
    ...["--duration", "2s", "--timeout", "100ms"],
  );
  const { answered, lost, sent } = report.queries;
  assert.deepEqual([answered, lost, code], [0, sent, 2]);
  assert.ok(asked > 2 * MAX_STREAMS, String(asked));
  assert.ok(mostOpen <= 1.5 * MAX_STREAMS, `${mostOpen} of ${asked} at once`);
});

for (const scheme of ["tls", "https"]) {
  test(`${scheme}: who never begins the handshake is given up`, { timeout }, async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.on("error", () => {})));
    const url = `${scheme}://127.0.0.1:${await listen(server)}`;
    const { exit, stderr } = await hermod("bench", "--server", url, "--zone", "zone.example");
    server.close();
    for (const socket of sockets) socket.destroy();
    assert.equal(exit.code, 2, stderr);
    assert.equal(stderr, `hermod: nothing to measure at ${url}: no connection within 5 s\n`);
  });
}
