// Knot Resolver: one kresd, its cache in a file of the folder, no trust anchors.

import { TLS_NAME } from "../bench-upstream.ts";
import { FEW_ENTRIES, type Place, type ServerKind, writeIn } from "../server-kind.ts";

export const knotResolver: ServerKind = {
  id: "knot-resolver",
  name: "Knot Resolver",
  program: "kresd",
  versionParameters: ["-V"],
  versionPattern: /version (\S+)/,
  cannot: {},
  answers: true,
  command: (place) => {
    const file = writeIn(place, "kresd.conf", configuration(place));
    return ["kresd", "-n", "-q", "-c", file, place.folder];
  },
};

function configuration(place: Place): string {
  const { dnsPort, dohPort, dotPort, folder, forwardsOverTls, maxEntries, tls, upstream } = place;
  const forward = forwardsOverTls
    ? `policy.TLS_FORWARD({{ '${upstream.host}@${upstream.tlsPort}', hostname = '${TLS_NAME}', ca_file = '${tls.caFile}' }})`
    : `policy.FORWARD('${upstream.host}@${upstream.plainPort}')`;
  return `net.ipv6 = false
net.tls('${tls.certificateFile}', '${tls.keyFile}')
net.listen('127.0.0.1', ${dnsPort}, { kind = 'dns' })
net.listen('127.0.0.1', ${dotPort}, { kind = 'tls' })
net.listen('127.0.0.1', ${dohPort}, { kind = 'doh2' })
net.tcp_pipeline(1000)
cache.open(${maxEntries > FEW_ENTRIES ? 1000 : 125} * MB, 'lmdb://${folder}')
trust_anchors.remove('.')
policy.add(policy.all(${forward}))
`;
}
