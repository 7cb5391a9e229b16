// dnsmasq: one process, and a child for each TCP connection.

import type { ServerKind } from "../server-kind.ts";

const NO_TLS = "knows no TLS";
const WHOLE = "takes the memory of its whole cache at start";

export const dnsmasq: ServerKind = {
  id: "dnsmasq",
  name: "dnsmasq",
  program: "dnsmasq",
  versionParameters: ["--version"],
  versionPattern: /version (\S+)/,
  cannot: {
    dot: NO_TLS,
    doh: NO_TLS,
    "doh-get": NO_TLS,
    misses: NO_TLS,
    "idle-dot": NO_TLS,
    "cache-memory": WHOLE,
  },
  answers: true,
  command: ({ dnsPort, maxEntries, upstream }) => [
    ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--log-facility=-"],
    ...["--no-resolv", "--no-hosts", "--bind-interfaces", "--pid-file="],
    ...["--listen-address=127.0.0.1", `--port=${dnsPort}`],
    `--server=${upstream.host}#${upstream.plainPort}`,
    ...[`--cache-size=${maxEntries}`, "--dns-forward-max=5000"],
  ],
};
