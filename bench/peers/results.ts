// The schema of bench/results/*.json: what a run of bench/peers measured, raw, with all that is needed
// to judge it. Medians and ratios are made when it is rendered (bench/peers/report), never stored.

export const SCHEMA_VERSION = 1;

export const WORKLOADS = [
  "udp",
  "tcp",
  "dot",
  "doh",
  "doh-get",
  "misses",
  "latency",
  "start",
  "idle-dot",
  "cache-memory",
  "cache-cost",
  "degradation",
  "check-udp",
  "check-latency",
] as const;
export type Workload = (typeof WORKLOADS)[number];

export type ServerId =
  | "hermod"
  | "hermod-binary"
  | "unbound"
  | "knot-resolver"
  | "recursor"
  | "dnsdist"
  | "bind9"
  | "dnsmasq"
  | "floor";

export interface PeerResults {
  readonly schema: typeof SCHEMA_VERSION;
  /** When the run began, ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly machine: Machine;
  readonly settings: RunSettings;
  /** Servers that were to be measured, in the order in which they were measured. */
  readonly servers: readonly ServerEntry[];
  /** Load generators and the upstream: name → version. */
  readonly programs: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
  /** What whoever published this has to say of how it came about, a sentence each. */
  readonly remarks?: readonly string[];
}

export interface Machine {
  /** Its name and version, without what a builder has added. */
  readonly kernel: string;
  readonly system: string;
  readonly cpu: string;
  readonly architecture: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Name and version of the runtime that Hermod runs on. */
  readonly runtime: string;
  /** Load average over a minute before the run: how quiet the machine was. */
  readonly loadBefore: number;
}

export interface RunSettings {
  readonly workloads: readonly Workload[];
  /** How often each figure was measured; what is published is the median. */
  readonly rounds: number;
  /** Of each load. */
  readonly seconds: number;
  readonly serverCore: number;
  readonly loadCore: number;
  /** How many names the workload `cache-cost` asks. */
  readonly entries: number;
}

export interface ServerEntry {
  readonly id: ServerId;
  readonly name: string;
  /** Absent when the server is. */
  readonly version?: string;
  /** Why it was left out of the whole run. */
  readonly absent?: string;
  /** Workloads that it cannot do, with the reason. */
  readonly cannot: Readonly<Partial<Record<Workload, string>>>;
}

/** One measurement of one server. */
export interface Sample {
  readonly workload: Workload;
  readonly server: ServerId;
  /** From 0. */
  readonly round: number;
  /** Position among the measurements of this workload and round: neighbours ran back to back. */
  readonly turn: number;
  /** How the server was started. */
  readonly serverCommand: string;
  /** How the load was made; empty where the measuring process made it itself. */
  readonly loadCommands: readonly string[];
  readonly figures: Figures;
  /** Only for `degradation`. */
  readonly curve?: readonly CurvePoint[];
  /** Why the figures don't count, or why there are none. */
  readonly error?: string;
}

/** A figure is there when the workload has it. The unit stands last in its name. */
export interface Figures {
  /** Queries the generator sent, responses it took, queries that got none in time. */
  readonly sent?: number;
  readonly answered?: number;
  readonly lost?: number;
  /** Responses with another rcode than NOERROR, another HTTP status than 200 or a wrong body. */
  readonly wrong?: number;
  readonly seconds?: number;
  readonly userMs?: number;
  readonly systemMs?: number;
  /** CPU time of all the server's processes over the queries that were answered rightly. */
  readonly cpuUsPerQuery?: number;
  readonly userUsPerQuery?: number;
  /** Right responses a second when as many queries leave as are answered. */
  readonly saturation?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly p999Ms?: number;
  /** From exec to the first right response: on all cores, and on the server's one. */
  readonly firstAnswerMs?: number;
  readonly oneCoreMs?: number;
  readonly idleBytes?: number;
  /** Resident memory with 100,000 small responses cached, after 5 s and after 15 s. */
  readonly filledBytes?: number;
  readonly restedBytes?: number;
  readonly filledEntries?: number;
  readonly bytesPerEntry?: number;
  readonly restedBytesPerEntry?: number;
  /** What the server says that its cache holds. */
  readonly heldBytesPerEntry?: number;
  /** CPU time for a response, of 10,000 entries and of all. */
  readonly smallCostUs?: number;
  readonly largeCostUs?: number;
  readonly costRatio?: number;
  readonly largeEntries?: number;
  readonly largeBytes?: number;
  readonly connections?: number;
  readonly bytesPerConnection?: number;
}

export interface CurvePoint {
  /** Of the server's saturation, in hundredths. */
  readonly percent: number;
  /** What was to be offered and what left the generator, in queries a second. */
  readonly wantedRate: number;
  readonly offeredRate: number;
  /** Right responses a second. */
  readonly goodput: number;
  readonly p99Ms: number;
  readonly lost: number;
  readonly wrong: number;
}
