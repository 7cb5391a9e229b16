// Every workload, in the order in which they run: the quick ones first, so that a run that is broken off
// has most of them.

import { CACHE_COST } from "./workloads/cache-cost.ts";
import { CACHE_MEMORY } from "./workloads/cache-memory.ts";
import { CHECKS } from "./workloads/checks.ts";
import { DEGRADATION } from "./workloads/degradation.ts";
import { HITS } from "./workloads/hits.ts";
import { IDLE_CONNECTIONS } from "./workloads/idle-connections.ts";
import { LATENCY } from "./workloads/latency.ts";
import { MISSES } from "./workloads/misses.ts";
import { START } from "./workloads/start.ts";
import type { WorkloadKind } from "./workloads/workload.ts";

export const WORKLOAD_KINDS: readonly WorkloadKind[] = [
  START,
  ...HITS,
  MISSES,
  LATENCY,
  ...CHECKS,
  IDLE_CONNECTIONS,
  DEGRADATION,
  CACHE_MEMORY,
  CACHE_COST,
];
