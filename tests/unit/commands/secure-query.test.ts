// A question asked over TLS and HTTPS of servers that do as a test tells them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createPlain, type AddressInfo, type Server } from "node:net";
import { createSecureServer } from "node:http2";
import { createServer as createHttps } from "node:https";
import { createServer as createTls, type TLSSocket } from "node:tls";
import { after, before, describe, test } from "node:test";
import dnsPacket from "dns-packet";
import { query } from "../../../src/commands/query.ts";
import { type Certificate, makeAuthority, makeCertificate } from "../../certificates.ts";
import { needs } from "../../e2e/programs.ts";
import { keepPrinted } from "./printed.ts";

const skip = needs("openssl");
const MEDIA_TYPE = "application/dns-message";

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

let authority: Certificate;
let certificate: Certificate;
const open: Server[] = [];
const sockets = new Set<{ destroy(): unknown }>();
let requests: Request[] = [];
/** What the HTTPS servers say to the next request. */
let reply: (request: Request) => Reply;
let ports: Readonly<Record<"1.1" | "2", number>>;

before(async () => {
  if (skip !== false) return;
  authority = makeAuthority();
  certificate = makeCertificate(authority, { addresses: ["127.0.0.1"] });
  const tls = { cert: certificate.certificate, key: certificate.key };
  ports = {
    "1.1": await listen(createHttps(tls, serve as never) as unknown as Server),
    "2": await listen(createSecureServer(tls, serve as never) as unknown as Server),
  };
});
after(() => {
  for (const server of open) server.close();
  for (const socket of sockets) socket.destroy();
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The same for both versions: Node's interface for HTTP/2 has one that looks like HTTP/1.1. */
async function serve(
  request: AsyncIterable<Buffer> & Omit<Request, "body" | "path"> & { url: string },
  response: {
    writeHead(status: number, headers: object): void;
    end(body: Uint8Array): void;
  },
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const { method, url: path, headers } = request;
  const whole = { method, path, headers, body: Buffer.concat(parts) };
  requests.push(whole);
  const { status, headers: given, body } = reply(whole);
  response.writeHead(status, given);
  response.end(body);
}

function answered(asked: Uint8Array): Uint8Array {
  const { id, questions } = dnsPacket.decode(Buffer.from(asked));
  return dnsPacket.encode({
    ...{ type: "response", id: id!, questions: questions! },
    answers: [{ type: "A", name: questions![0]!.name, ttl: 60, data: "192.0.2.1" }],
  });
}

function messageOf({ method, path, body }: Request): Uint8Array {
  const text = new URL(path, "https://h/").searchParams.get("dns") ?? "";
  return method === "GET" ? Buffer.from(text, "base64url") : body;
}

const good = (request: Request): Reply => ({
  status: 200,
  headers: { "content-type": MEDIA_TYPE },
  body: answered(messageOf(request)),
});

async function run(
  server: string,
  options: Record<string, unknown> = {},
): Promise<{ exitCode: number; out: string; error: string }> {
  const { terminal, out, error } = keepPrinted();
  requests = [];
  const given = { server, ca: authority.certificateFile, ...options };
  const exitCode = await query("www.example", "A", given, terminal);
  return { exitCode, out: out(), error: error() };
}

describe("over https", () => {
  for (const version of ["1.1", "2"] as const) {
    for (const method of ["GET", "POST"]) {
      test(`HTTP/${version}, ${method}`, { skip }, async () => {
        reply = good;
        const server = `https://127.0.0.1:${ports[version]}/dns-query`;
        const { exitCode, out, error } = await run(server, { post: method === "POST" });
        assert.equal(exitCode, 0, error);
        assert.match(out, /\tA\t192\.0\.2\.1$/m);
        assert.match(out, new RegExp(`^;; HTTP: HTTP/${version} ${method}, status 200$`, "m"));
        const [request] = requests;
        assert.equal(request!.method, method);
        assert.match(request!.path, method === "GET" ? /^\/dns-query\?dns=/ : /^\/dns-query$/);
        assert.equal(request!.headers["accept"], MEDIA_TYPE);
        const asked = dnsPacket.decode(Buffer.from(messageOf(request!)));
        assert.equal(asked.id, 0, "RFC 8484 §4.1");
        assert.equal(messageOf(request!).length % 128, 0, "RFC 8467 §4.1");
        assert.deepEqual(asked.questions, [{ name: "www.example", type: "A", class: "IN" }]);
      });
    }

    const failures: [name: string, Partial<Reply>, RegExp][] = [
      ["nothing at the path", { status: 404 }, /HTTP status 404: .* this path/],
      ["another method", { status: 405 }, /HTTP status 405: .*--post/],
      ["a failure of the server", { status: 503 }, /HTTP status 503\n/],
      [
        "a redirection",
        { status: 301, headers: { location: "https://other.example/" } },
        /ask https:\/\/other\.example\/ instead/,
      ],
      ["a page", { headers: { "content-type": "text/html" } }, /text\/html, not application/],
      ["no type", { headers: {} }, /of no type/],
      ["too long a body", { body: new Uint8Array(70_000) }, /longer than a DNS message/],
      ["half a message", { body: new Uint8Array(5) }, /does not answer the question/],
    ];
    for (const [name, given, message] of failures) {
      test(`HTTP/${version}: ${name} is no response`, { skip }, async () => {
        reply = (request) => ({ ...good(request), ...given });
        const { exitCode, out, error } = await run(`https://127.0.0.1:${ports[version]}/`);
        assert.equal(exitCode, 2, out);
        assert.match(error, /^hermod: no response from https:\/\/\S+: .+\n$/);
        assert.match(error, message);
      });
    }
  }

  for (const [version, protocol] of [
    ["1.1", "http/1.1"],
    ["2", "h2"],
  ] as const) {
    test(`HTTP/${version}: a server that hangs up`, { skip }, async () => {
      const { certificate: cert, key } = certificate;
      const hangUp = (socket: TLSSocket): void => {
        socket.on("error", () => {});
        socket.once("data", () => socket.destroy());
      };
      const port = await listen(createTls({ cert, key, ALPNProtocols: [protocol] }, hangUp));
      const { exitCode, error } = await run(`https://127.0.0.1:${port}/`);
      assert.equal(exitCode, 2);
      assert.match(error, /^hermod: no response from \S+: .+\n$/);
      assert.doesNotMatch(error, /within/);
    });
  }

  test("a version that the server does not speak", { skip }, async () => {
    const { exitCode, error } = await run(`https://127.0.0.1:${ports["1.1"]}/`, { http: "2" });
    assert.equal(exitCode, 2);
    assert.match(error, /protocols|HTTP\/2/);
    assert.deepEqual(requests, []);
  });

  test("HTTP/3 can't be told whom to trust", { skip }, async () => {
    const options = { http: "3" };
    await assert.rejects(run("https://127.0.0.1:1/", options), { code: "HTTP3" });
  });
});

describe("over tls", () => {
  const tlsServer = (onConnection: (socket: TLSSocket) => void): Promise<number> => {
    const { certificate: cert, key } = certificate;
    return listen(createTls({ cert, key, ALPNProtocols: ["dot"] }, onConnection));
  };

  test("responses to other questions are passed over", { skip }, async () => {
    const port = await tlsServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes: Buffer) => {
        const response = answered(bytes.subarray(2));
        const other = Buffer.from(response);
        other[0]! ^= 1;
        for (const message of [other, response]) {
          socket.write(Buffer.concat([Buffer.from([0, message.length]), message]));
        }
      });
    });
    const { exitCode, out, error } = await run(`tls://127.0.0.1:${port}`);
    assert.equal(exitCode, 0, error);
    assert.match(out, /\tA\t192\.0\.2\.1$/m);
    assert.match(out, /^;; {3}names: IP:127\.0\.0\.1$/m);
  });

  test("a server that hangs up", { skip }, async () => {
    const port = await tlsServer((socket) => socket.end());
    const { exitCode, error } = await run(`tls://127.0.0.1:${port}`);
    assert.equal(exitCode, 2);
    assert.match(error, /no response from tls:.*closed/);
  });

  test("a server without TLS", { skip }, async () => {
    const port = await listen(
      createPlain((socket) => {
        socket.on("error", () => {});
        socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
      }),
    );
    for (const scheme of ["tls", "https"]) {
      const { exitCode, error } = await run(`${scheme}://127.0.0.1:${port}`);
      assert.equal(exitCode, 2);
      assert.match(error, /it does not speak TLS/);
    }
  });
});
