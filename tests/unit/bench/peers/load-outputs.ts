// What dnsperf 2.10 and h2load 1.52 print, as they printed it, without their heads.

/** Two names that are there and one that is not, each query timed. */
export const DNSPERF_MIXED = `> NOERROR n0.bench.example A 0.000295
> NXDOMAIN x.test A 0.000649
> NOERROR n1.bench.example A 0.006070
[Status] Testing complete (end of file)

Statistics:

  Queries sent:         3
  Queries completed:    3 (100.00%)
  Queries lost:         0 (0.00%)

  Response codes:       NOERROR 2 (66.67%), NXDOMAIN 1 (33.33%)
  Average packet size:  request 30, response 58
  Run time (s):         0.007504
  Queries per second:   399.786780

  Average Latency (s):  0.002338 (min 0.000295, max 0.006070)
  Latency StdDev (s):   0.003237
`;

export const DNSPERF_RIGHT = `[Status] Testing complete (time limit)

Statistics:

  Queries sent:         48034
  Queries completed:    48034 (100.00%)
  Queries lost:         0 (0.00%)

  Response codes:       NOERROR 48034 (100.00%)
  Average packet size:  request 35, response 51
  Run time (s):         1.002126
  Queries per second:   47932.096363

  Average Latency (s):  0.000888 (min 0.000016, max 0.020970)
  Latency StdDev (s):   0.001799
`;

/** Nobody was there. */
export const DNSPERF_LOST = `> T n0.bench.example A
> T n1.bench.example A
> T x.test A
[Status] Testing complete (end of file)

Statistics:

  Queries sent:         3
  Queries completed:    0 (0.00%)
  Queries lost:         3 (100.00%)

  Response codes:       
  Average packet size:  request 30, response 0
  Run time (s):         0.002325
  Queries per second:   0.000000

  Average Latency (s):  0.000000 (min 0.000000, max 0.000000)
`;

/** For one second, one query of 34 bytes over and over. */
export const H2LOAD_RIGHT = `Main benchmark duration is over for thread #0. Stopping all clients.
Stopped all clients for thread #0

finished in 998.34ms, 34892.00 req/s, 2.90MB/s
requests: 34892 total, 34896 started, 34892 done, 34892 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 34892 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 2.90MB (3035916) total, 204.64KB (209554) headers (space savings 95.94%), 1.66MB (1744600) data
                     min         max         mean         sd        +/- sd
time for request:       23us     20.48ms       106us       419us    98.42%
`;

/** The wrong content type. */
export const H2LOAD_REFUSED = `finished in 13.88ms, 1441.44 req/s, 141.89KB/s
requests: 20 total, 20 started, 20 done, 0 succeeded, 20 failed, 0 errored, 0 timeout
status codes: 0 2xx, 0 3xx, 20 4xx, 0 5xx
traffic: 1.97KB (2016) total, 346B (346) headers (space savings 90.55%), 940B (940) data
`;

/** A server that closed its connections after six responses of one byte. */
export const H2LOAD_BROKEN_OFF = `finished in 4.33ms, 1385.68 req/s, 52.77KB/s
requests: 10 total, 8 started, 6 done, 6 succeeded, 4 failed, 4 errored, 0 timeout
status codes: 6 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 234B (234) total, 90B (90) headers (space savings 0.00%), 6B (6) data
`;

/** A server that took connections and said nothing for a second. */
export const H2LOAD_SILENCE = `finished in 1.00s, 0.00 req/s, 0B/s
requests: 10 total, 2 started, 0 done, 0 succeeded, 10 failed, 10 errored, 2 timeout
status codes: 0 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 0B (0) total, 0B (0) headers (space savings 0.00%), 0B (0) data
`;
