// A question asked of a server made for the occasion, over loopback.

import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import dnsPacket, { type DecodedPacket, type Packet } from "dns-packet";
import { query } from "../../../src/commands/query.ts";
import { keepPrinted } from "./printed.ts";

let socket: Socket;
let server: string;
let asked: DecodedPacket[] = [];
/** What the server says to the next queries. */
let respond: (query: DecodedPacket) => Packet | Buffer;

before(async () => {
  socket = createSocket("udp4");
  socket.on("message", (bytes, { port, address }) => {
    const packet = dnsPacket.decode(bytes);
    asked.push(packet);
    const given = respond(packet);
    const { id, questions } = packet;
    const response = Buffer.isBuffer(given)
      ? given
      : dnsPacket.encode({ type: "response", id: id!, questions: questions!, ...given });
    socket.send(response, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  server = `udp://127.0.0.1:${socket.address().port}`;
});
after(() => socket.close());

async function run(
  parameters: [name: string, type?: string],
  options: Record<string, unknown> = {},
): Promise<{ exitCode: number; out: string; error: string }> {
  const { terminal, out, error } = keepPrinted();
  asked = [];
  const [name, type = "A"] = parameters;
  const exitCode = await query(name, type, { server, ...options }, terminal);
  return { exitCode, out: out(), error: error() };
}

const ADDRESS = (packet: DecodedPacket): Packet => ({
  answers: [{ type: "A", name: packet.questions![0]!.name, ttl: 60, data: "192.0.2.1" }],
});

describe("query", () => {
  test("prints the response", async () => {
    respond = ADDRESS;
    const { exitCode, out, error } = await run(["Www.Example."]);
    assert.equal(exitCode, 0);
    assert.match(out, /^;; opcode: QUERY, status: NOERROR\n/);
    assert.match(out, /^Www\.Example\.\t60\tIN\tA\t192\.0\.2\.1$/m);
    assert.match(out, new RegExp(`^;; Server: ${server}$`, "m"));
    assert.equal(error, "");
  });

  test("asks what it was told to", async () => {
    respond = ADDRESS;
    await run(["a.example", "mx"], { dnssec: true });
    await run(["a.example", "TYPE65280"]);
    const [first] = asked;
    assert.deepEqual(first!.questions, [{ name: "a.example", type: "UNKNOWN_65280", class: "IN" }]);
    assert.equal(first!.flag_rd, true);
    const dnssecOk = async (dnssec: boolean): Promise<boolean> => {
      await run(["a.example", "MX"], { dnssec });
      const [opt] = asked[0]!.additionals!;
      assert.ok(opt?.type === "OPT");
      return opt.flag_do;
    };
    assert.equal(await dnssecOk(true), true);
    assert.equal(await dnssecOk(false), false);
    assert.equal(asked[0]!.questions![0]!.type, "MX");
  });

  test("--short and --json", async () => {
    respond = ADDRESS;
    assert.equal((await run(["a.example"], { short: true })).out, "192.0.2.1\n");
    const { answerRRs } = JSON.parse((await run(["a.example"], { json: true })).out);
    assert.equal(answerRRs[0].rdataA, "192.0.2.1");
    respond = () => ({});
    assert.equal((await run(["a.example"], { short: true })).out, "");
  });

  test("a failure is a response too", async () => {
    for (const [rcode, name] of [
      [3, "NXDOMAIN"],
      [2, "SERVFAIL"],
      [5, "REFUSED"],
    ] as const) {
      respond = () => ({ flags: rcode });
      const { exitCode, out } = await run(["a.example"]);
      assert.equal(exitCode, 0, name);
      assert.match(out, new RegExp(`status: ${name}\n`));
    }
  });

  test("what is hostile is shown as escapes", async () => {
    respond = ({ questions }) => {
      const answer = { name: questions![0]!.name, ttl: 1 };
      return {
        answers: [
          { ...answer, type: "TXT", data: "\u001b[2J\n" },
          { ...answer, type: "CNAME", data: "a\u0007b.example" },
        ],
      };
    };
    const { out } = await run(["a.example", "ANY"]);
    assert.match(out, /\tTXT\t"\\027\[2J\\010"$/m);
    assert.match(out, /\tCNAME\ta\\007b\.example\.$/m);
  });
});

describe("no response", () => {
  const assertNone = ({ exitCode, out, error }: Awaited<ReturnType<typeof run>>): void => {
    assert.equal(exitCode, 2, error);
    assert.equal(out, "");
    assert.match(error, /^hermod: no response from \S+: .+\n$/);
  };

  test("when nobody listens", async () => {
    const closed = createSocket("udp4").bind(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address();
    closed.close();
    await once(closed, "close");
    for (const scheme of ["udp", "tcp", "tls"]) {
      assertNone(await run(["a.example"], { server: `${scheme}://127.0.0.1:${port}` }));
    }
  });

  test("when what comes is malformed", async () => {
    respond = (packet) => {
      const { id, questions } = packet;
      const good = dnsPacket.encode({
        ...{ type: "response", id: id!, questions: questions! },
        ...ADDRESS(packet),
      });
      // The last address has lost two of its bytes.
      return good.subarray(0, good.length - 2);
    };
    assertNone(await run(["a.example"]));
  });
});

describe("wrong usage", () => {
  const cases: [parameters: [string, string?], options: object, code: string, message: RegExp][] = [
    [["a..example"], {}, "NAME", /empty label/],
    [["grün.example"], {}, "NAME", /xn--/],
    [["a.example", "AAA"], {}, "TYPE", /did you mean AAAA\?/],
    [["a.example"], { server: "dns.example" }, "UPSTREAM_URL", /address/],
    [["a.example"], { server: "https://" }, "UPSTREAM_URL", /https:\/\/192\.0\.2\.1\/dns-query/],
    [["a.example"], { post: true }, "USAGE", /^--post goes with https:\/\/ only/],
    [["a.example"], { http: "2" }, "USAGE", /^--http goes with https:\/\/ only/],
    [["a.example"], { ca: "/nowhere/ca.pem" }, "TRUST_ANCHORS", /\/nowhere\/ca\.pem/],
  ];
  for (const [parameters, options, code, message] of cases) {
    test(`${parameters.join(" ")} ${JSON.stringify(options)}`, async () => {
      await assert.rejects(run(parameters, { ...options }), { name: "HermodError", code, message });
      assert.deepEqual(asked, []);
    });
  }
});
