// Where to listen: `127.0.0.1:5335`, `[::1]:5335`. An address, never a name, and always a port.

import { isIPv6 } from "node:net";
import { HermodError } from "../errors.ts";
import { addressBytes } from "./address-bytes.ts";
import { showValue } from "./show-value.ts";

/** As runtime/contract's Endpoint. */
export interface Endpoint {
  /** IPv4 or IPv6 in text form, without brackets. */
  readonly host: string;
  /** 0–65,535; 0 lets the kernel choose. */
  readonly port: number;
}

const MAX_PORT = 65_535;

/** Throws a HermodError with code ENDPOINT that says what to write. */
export function parseEndpoint(text: string): Endpoint {
  const [, host = "", portText = ""] = /^(.*):(\d*)$/s.exec(text) ?? [];
  if (isIPv6(text) || isIPv6(host)) {
    fail(text, "an IPv6 address goes in brackets and is followed by a port, as in [::1]:5335");
  }
  const address = /^\[.*:.*\]$/s.test(host) ? host.slice(1, -1) : host;
  if (portText === "") fail(text, "write an address and a port, as in 127.0.0.1:5335");
  if (addressBytes(address) === undefined) {
    fail(text, `${showValue(host)} is not an address; write one and a port, as in 127.0.0.1:5335`);
  }
  if (Number(portText) > MAX_PORT) fail(text, "a port is a number from 0 to 65535");
  return { host: address, port: Number(portText) };
}

function fail(text: string, mend: string): never {
  throw new HermodError("ENDPOINT", `${showValue(text)} is not an endpoint: ${mend}`);
}
