// /metrics: one scrape for Prometheus. What reads the counters is loaded on the first scrape, so that
// start does not wait for it.

import type { Handler } from "hono";
import type { Metrics, MetricsSources } from "../src/telemetry/metrics.ts";

export function metrics(sources: MetricsSources): Handler {
  let loading: Promise<Metrics> | undefined;
  return async (c) => {
    loading ??= load(sources);
    const { contentType, text } = await loading;
    return c.body(await text(), 200, { "Content-Type": contentType });
  };
}

async function load(sources: MetricsSources): Promise<Metrics> {
  const { createMetrics } = await import("../src/telemetry/metrics.ts");
  return createMetrics(sources);
}
