import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HermodError } from "../../../src/errors.ts";
import { parseUpstreamUrl } from "../../../src/upstream/parse-upstream-url.ts";

/** What is given → scheme, host, port, authentication name. */
const GOOD: readonly (readonly [string, string, string, number, string])[] = [
  ["udp://192.0.2.1:53", "udp", "192.0.2.1", 53, "192.0.2.1"],
  ["udp://192.0.2.1", "udp", "192.0.2.1", 53, "192.0.2.1"],
  ["9.9.9.9", "udp", "9.9.9.9", 53, "9.9.9.9"],
  ["9.9.9.9:5353", "udp", "9.9.9.9", 5353, "9.9.9.9"],
  ["2620:fe::fe", "udp", "2620:fe::fe", 53, "2620:fe::fe"],
  ["[2620:fe::fe]:5353", "udp", "2620:fe::fe", 5353, "2620:fe::fe"],
  ["tcp://192.0.2.1", "tcp", "192.0.2.1", 53, "192.0.2.1"],
  ["tcp://[2001:DB8::1]:5300", "tcp", "2001:db8::1", 5300, "2001:db8::1"],
  ["tls://192.0.2.1", "tls", "192.0.2.1", 853, "192.0.2.1"],
  ["TLS://192.0.2.1:8853#Dns.Example.", "tls", "192.0.2.1", 8853, "dns.example"],
  ["tls://9.9.9.9#dns.quad9.net", "tls", "9.9.9.9", 853, "dns.quad9.net"],
  ["tls://[2620:fe::fe]:853#dns.quad9.net", "tls", "2620:fe::fe", 853, "dns.quad9.net"],
  ["tls://192.0.2.1#192.0.2.1", "tls", "192.0.2.1", 853, "192.0.2.1"],
];

/** What is given → what the message must say. */
const BAD: readonly (readonly [string, RegExp])[] = [
  ["", /not an address/],
  ["udp://", /not an address/],
  ["udp://192.0.2.1/path", /udp:\/\/192\.0\.2\.1:53/],
  ["udp://user@192.0.2.1", /udp:\/\/192\.0\.2\.1:53/],
  ["tls://192.0.2.1?a=b", /udp:\/\/192\.0\.2\.1:53/],
  ["udp://192.0.2.256", /not an address/],
  ["udp://127.1", /not an address/],
  ["udp://2001:db8::1", /brackets/],
  ["udp://[192.0.2.1]", /not an address/],
  ["udp://192.0.2.1:0", /port 0/],
  ["udp://192.0.2.1:65536", /port 65536/],
  ["udp://192.0.2.1:", /port/],
  ["udp://192.0.2.1:dns", /port dns/],
  ["dns.example", /address.*dns\.example.*udp:\/\/192\.0\.2\.1:53/],
  ["tls://dns.example", /ask itself.*tls:\/\/192\.0\.2\.1:853#dns\.example/],
  ["tls://dns.example:853#dns.example", /ask itself/],
  ["https://9.9.9.9/dns-query", /later version|write udp:/],
  ["https://9.9.9.9", /later version/],
  ["quic://192.0.2.1", /quic:\/\/ is not known/],
  ["udp://192.0.2.1#dns.example", /tls:\/\/ only/],
  ["tls://192.0.2.1#", /not a name/],
  ["tls://192.0.2.1#a b", /not a name/],
  ["tls://192.0.2.1#-a.example", /not a name/],
  ["tls://192.0.2.1#a..b", /not a name/],
  ["tls://192.0.2.1#192.0.2.2", /checked when there is none/],
];

describe("an upstream's URL", () => {
  for (const [text, scheme, host, port, authenticationName] of GOOD) {
    test(`${text} is read`, () => {
      const expected = { scheme, host, port, authenticationName, url: text };
      assert.deepEqual(parseUpstreamUrl(text), expected);
      assert.equal(parseUpstreamUrl(` ${text}\n`).url, text);
    });
  }

  for (const [text, message] of BAD) {
    test(`${JSON.stringify(text)} is refused with what to write instead`, () => {
      assert.throws(
        () => parseUpstreamUrl(text),
        (error) => {
          assert.ok(error instanceof HermodError);
          assert.equal(error.code, "UPSTREAM_URL");
          assert.match(error.message, message);
          return error.message.includes(`"${text}"`);
        },
      );
    });
  }
});
