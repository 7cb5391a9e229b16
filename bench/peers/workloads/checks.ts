// The same again by another load generator: what two of them agree on is not a generator's doing.

import { dnsperf } from "../load/dnsperf.ts";
import { hermodBench } from "../load/hermod-bench.ts";
import { measureHits } from "./hits.ts";
import { measureLatency } from "./latency.ts";
import type { WorkloadKind } from "./workload.ts";

export const CHECKS: readonly WorkloadKind[] = [
  {
    id: "check-udp",
    isInterleaved: false,
    forwardsOverTls: false,
    secondsFor: ({ seconds }) => 2 + seconds,
    measure: (server, bench) => measureHits("udp", hermodBench, server, bench),
  },
  {
    id: "check-latency",
    isInterleaved: false,
    forwardsOverTls: false,
    secondsFor: ({ seconds }) => 2 + seconds,
    measure: (server, bench) => measureLatency(dnsperf, server, bench),
  },
];
