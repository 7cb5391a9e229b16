// BIND 9 with one thread, forwarding only.

import {
  FEW_ENTRIES,
  MAX_CONNECTIONS,
  type Place,
  type ServerKind,
  writeIn,
} from "../server-kind.ts";

export const bind9: ServerKind = {
  id: "bind9",
  name: "BIND",
  program: "named",
  versionParameters: ["-v"],
  versionPattern: /BIND (\d\S*?)(?:-|$| )/m,
  cannot: { misses: "does not forward over TLS before 9.20" },
  answers: true,
  command: (place) => {
    const file = writeIn(place, "named.conf", configuration(place));
    return ["named", "-f", "-n", "1", "-c", file];
  },
};

function configuration({
  dnsPort,
  dohPort,
  dotPort,
  folder,
  maxEntries,
  tls,
  upstream,
}: Place): string {
  return `options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  listen-on port ${dnsPort} { 127.0.0.1; };
  listen-on port ${dotPort} tls bench { 127.0.0.1; };
  listen-on port ${dohPort} tls bench http default { 127.0.0.1; };
  listen-on-v6 { none; };
  allow-query { 127.0.0.0/8; };
  recursion yes;
  allow-recursion { 127.0.0.0/8; };
  forward only;
  forwarders { ${upstream.host} port ${upstream.plainPort}; };
  dnssec-validation no;
  recursive-clients ${MAX_CONNECTIONS};
  tcp-clients ${MAX_CONNECTIONS};
  tcp-listen-queue 1000;
  http-listener-clients ${MAX_CONNECTIONS};
  tcp-idle-timeout 1200;
  tcp-keepalive-timeout 1200;
  max-cache-size ${maxEntries > FEW_ENTRIES ? 1024 : 128}m;
  notify no;
};
tls bench {
  cert-file "${tls.certificateFile}";
  key-file "${tls.keyFile}";
};
controls { };
`;
}
