// PowerDNS Recursor with one thread that both takes queries and answers them. It forwards over TLS to
// port 853 alone.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { MAX_CONNECTIONS, type Place, type ServerKind } from "../server-kind.ts";
import { writeIn } from "../server-kind.ts";

const NO_TLS = "serves no TLS";

export const recursor: ServerKind = {
  id: "recursor",
  name: "PowerDNS Recursor",
  program: "pdns_recursor",
  versionParameters: ["--version"],
  versionPattern: /Recursor (\S+)/,
  cannot: { dot: NO_TLS, doh: NO_TLS, "doh-get": NO_TLS, "idle-dot": NO_TLS },
  answers: true,
  command: (place) => {
    mkdirSync(join(place.folder, "recursor"), { recursive: true });
    writeIn(place, "recursor/recursor.conf", configuration(place));
    return ["pdns_recursor", `--config-dir=${join(place.folder, "recursor")}`];
  },
};

function configuration({ dnsPort, folder, forwardsOverTls, maxEntries, upstream }: Place): string {
  if (forwardsOverTls && upstream.hostOf853 === undefined) {
    throw new Error("forwards over TLS to port 853 alone, which only root may bind");
  }
  const target = forwardsOverTls
    ? `${upstream.hostOf853}:853`
    : `${upstream.host}:${upstream.plainPort}`;
  return `local-address=127.0.0.1
local-port=${dnsPort}
allow-from=127.0.0.0/8
forward-zones-recurse=.=${target}
dont-query=
hint-file=
security-poll-suffix=
dnssec=off
threads=1
pdns-distributes-queries=no
reuseport=no
max-mthreads=4096
max-tcp-clients=${MAX_CONNECTIONS}
max-tcp-per-client=0
max-cache-entries=${maxEntries}
max-packetcache-entries=${maxEntries}
daemon=no
disable-syslog=yes
loglevel=3
socket-dir=${join(folder, "recursor")}
setuid=
setgid=
`;
}
