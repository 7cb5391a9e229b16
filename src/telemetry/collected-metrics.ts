// Metrics whose values are counted elsewhere: prom-client asks for them when it is scraped.

import { Counter, Gauge, type Metric, type Registry } from "prom-client";

export type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [labels: Labels, value: number];

/** A counter without labels. */
export function addCounter(
  registry: Registry,
  name: string,
  help: string,
  value: () => number,
): void {
  addLabelledCounter(registry, name, help, [], () => [[{}, value()]]);
}

export function addLabelledCounter(
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  samples: () => Iterable<Sample>,
): void {
  const collect = function (this: Counter): void {
    this.reset();
    for (const [labels, value] of samples()) this.inc(labels, value);
  };
  new Counter({ name, help, labelNames, registers: [registry], collect });
}

export function addGauge(
  registry: Registry,
  name: string,
  help: string,
  value: () => number,
  labels: Labels = {},
): void {
  const collect = function (this: Gauge): void {
    this.set(labels, value());
  };
  new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry], collect });
}

export interface HistogramSample {
  readonly labels: Labels;
  readonly sum: number;
  /** Observations in each bucket, not in those below; one bucket more than there are bounds. */
  readonly buckets: Float64Array;
}

/**
 * A histogram with these upper bounds. The library's own counts for itself; this one hands out what
 * was counted already, in the form in which a registry takes any metric.
 */
export function addHistogram(
  registry: Registry,
  name: string,
  help: string,
  bounds: readonly number[],
  samples: () => readonly HistogramSample[],
): void {
  const get = (): Promise<object> => {
    const values = samples().flatMap((sample) => histogramValues(name, bounds, sample));
    return Promise.resolve({ name, help, type: "histogram", values });
  };
  registry.registerMetric({ name, get } as unknown as Metric);
}

function histogramValues(
  name: string,
  bounds: readonly number[],
  { labels, sum, buckets }: HistogramSample,
): object[] {
  let count = 0;
  const values = Array.from(buckets, (inBucket, i) => {
    count += inBucket;
    const le = i < bounds.length ? String(bounds[i]) : "+Inf";
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...values,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
