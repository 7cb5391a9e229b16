// Unbound with its iterator alone: no validator, no root to prime.

import { unboundHead } from "../../../tests/e2e/unbound.ts";
import { TLS_NAME } from "../bench-upstream.ts";
import {
  FEW_ENTRIES,
  MAX_CONNECTIONS,
  type Place,
  type ServerKind,
  writeIn,
} from "../server-kind.ts";

export const unbound: ServerKind = {
  id: "unbound",
  name: "Unbound",
  program: "unbound",
  versionParameters: ["-V"],
  versionPattern: /^Version (\S+)/m,
  cannot: {},
  answers: true,
  command: (place) => {
    return ["unbound", "-d", "-p", "-c", writeIn(place, "unbound.conf", configuration(place))];
  },
};

function configuration(place: Place): string {
  const { dnsPort, dohPort, dotPort, folder, forwardsOverTls, maxEntries, tls, upstream } = place;
  const forward = forwardsOverTls
    ? `forward-tls-upstream: yes\n  forward-addr: ${upstream.host}@${upstream.tlsPort}#${TLS_NAME}`
    : `forward-addr: ${upstream.host}@${upstream.plainPort}`;
  const msgCacheMiB = maxEntries > FEW_ENTRIES ? 400 : 50;
  return `${unboundHead(folder)}
  interface: 127.0.0.1@${dnsPort}
  interface: 127.0.0.1@${dotPort}
  interface: 127.0.0.1@${dohPort}
  tls-port: ${dotPort}
  https-port: ${dohPort}
  tls-service-pem: "${tls.certificateFile}"
  tls-service-key: "${tls.keyFile}"
  tls-cert-bundle: "${tls.caFile}"
  incoming-num-tcp: ${MAX_CONNECTIONS}
  tcp-idle-timeout: 120000
  do-not-query-localhost: no
  so-reuseport: no
  msg-cache-size: ${msgCacheMiB}m
  rrset-cache-size: ${2 * msgCacheMiB}m
  outgoing-range: 4096
  num-queries-per-thread: 4096
forward-zone:
  name: "."
  ${forward}
`;
}
