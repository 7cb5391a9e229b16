import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseEndpoint } from "../../../src/config/parse-endpoint.ts";

describe("parseEndpoint", () => {
  test("takes an address and a port", () => {
    assert.deepEqual(parseEndpoint("127.0.0.1:5335"), { host: "127.0.0.1", port: 5335 });
    assert.deepEqual(parseEndpoint("[::1]:53"), { host: "::1", port: 53 });
    assert.deepEqual(parseEndpoint("0.0.0.0:0"), { host: "0.0.0.0", port: 0 });
    assert.deepEqual(parseEndpoint("[2001:db8::5]:65535"), { host: "2001:db8::5", port: 65_535 });
  });

  const wrong: Record<string, string> = {
    "": "write an address and a port, as in 127.0.0.1:5335",
    "127.0.0.1": "write an address and a port, as in 127.0.0.1:5335",
    "127.0.0.1:": "write an address and a port, as in 127.0.0.1:5335",
    "[::1]": "write an address and a port, as in 127.0.0.1:5335",
    "127.0.0.1:dns": "write an address and a port, as in 127.0.0.1:5335",
    "127.0.0.1:-1": "write an address and a port, as in 127.0.0.1:5335",
    ":53": '"" is not an address; write one and a port, as in 127.0.0.1:5335',
    "localhost:53": '"localhost" is not an address; write one and a port, as in 127.0.0.1:5335',
    "256.0.0.1:53": '"256.0.0.1" is not an address; write one and a port, as in 127.0.0.1:5335',
    "[127.0.0.1]:53": '"[127.0.0.1]" is not an address; write one and a port, as in 127.0.0.1:5335',
    "[fe80::1%lo]:53":
      '"[fe80::1%lo]" is not an address; write one and a port, as in 127.0.0.1:5335',
    "::1": "an IPv6 address goes in brackets and is followed by a port, as in [::1]:5335",
    "::1:53": "an IPv6 address goes in brackets and is followed by a port, as in [::1]:5335",
    "2001:db8:1:2:3:4:5:6:53":
      "an IPv6 address goes in brackets and is followed by a port, as in [::1]:5335",
    "127.0.0.1:65536": "a port is a number from 0 to 65535",
  };
  for (const [given, mend] of Object.entries(wrong)) {
    test(`refuses ${JSON.stringify(given)} and says what to write`, () => {
      assert.throws(() => parseEndpoint(given), {
        code: "ENDPOINT",
        message: `${JSON.stringify(given)} is not an endpoint: ${mend}`,
      });
    });
  }
});
