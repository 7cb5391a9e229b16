// Says in one sentence why an address can't be bound and what to do about it; the codes are the same
// on every runtime.

import { HermodError, messageOf } from "../errors.ts";
import type { Endpoint } from "./contract.ts";

/** `cause` is what the runtime threw; its `code` tells the reason. */
export function bindError(cause: unknown, endpoint: Endpoint): HermodError {
  const [code, message] = explain(cause, endpoint);
  return new HermodError(code, message, { cause });
}

function explain(cause: unknown, { host, port }: Endpoint): [code: string, message: string] {
  const at = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  switch ((cause as { code?: unknown }).code) {
    case "EADDRINUSE":
      return [
        "ADDRESS_IN_USE",
        `${at} is in use by another program: stop it, or choose another address or port.`,
      ];
    case "EADDRNOTAVAIL":
      return [
        "ADDRESS_NOT_AVAILABLE",
        `${at} can't be bound: ${host} is not an address of this machine. Choose one that is.`,
      ];
    case "EACCES":
    case "EPERM":
      return [
        "PERMISSION_DENIED",
        `No permission to bind ${at}: ports below 1024 need root or CAP_NET_BIND_SERVICE. Grant it, or choose a port from 1024 on.`,
      ];
    default:
      return ["BIND_FAILED", `${at} can't be bound: ${messageOf(cause)}.`];
  }
}
