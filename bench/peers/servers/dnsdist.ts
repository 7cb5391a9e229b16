// dnsdist as a plain forwarder with its packet cache. Its upstream is marked as up: its health checks ask
// for a name that the upstream does not know.

import { TLS_NAME } from "../bench-upstream.ts";
import { MAX_CONNECTIONS, type Place, type ServerKind } from "../server-kind.ts";
import { writeIn } from "../server-kind.ts";

export const dnsdist: ServerKind = {
  id: "dnsdist",
  name: "dnsdist",
  program: "dnsdist",
  versionParameters: ["--version"],
  versionPattern: /dnsdist (\S+)/,
  cannot: {},
  answers: true,
  command: (place) => {
    const file = writeIn(place, "dnsdist.conf", configuration(place));
    return ["dnsdist", "-C", file, "--supervised", "--disable-syslog"];
  },
};

function configuration(place: Place): string {
  const { dnsPort, dohPort, dotPort, forwardsOverTls, maxEntries, tls, upstream } = place;
  const files = `"${tls.certificateFile}", "${tls.keyFile}"`;
  const server = forwardsOverTls
    ? `address="${upstream.host}:${upstream.tlsPort}", tls="openssl", subjectName="${TLS_NAME}", caStore="${tls.caFile}", validateCertificates=true`
    : `address="${upstream.host}:${upstream.plainPort}"`;
  return `setSecurityPollSuffix("")
setACL("127.0.0.0/8")
setMaxUDPOutstanding(65535)
setMaxTCPClientThreads(1)
setMaxTCPConnectionsPerClient(0)
setMaxTCPQueuedConnections(${MAX_CONNECTIONS})
setTCPRecvTimeout(120)
addLocal("127.0.0.1:${dnsPort}", {tcpListenQueueSize=${MAX_CONNECTIONS}})
addTLSLocal("127.0.0.1:${dotPort}", ${files})
addDOHLocal("127.0.0.1:${dohPort}", ${files}, "/dns-query", {idleTimeout=120})
local server = newServer({${server}})
server:setUp()
getPool(""):setCache(newPacketCache(${maxEntries}, {numberOfShards=1}))
`;
}
