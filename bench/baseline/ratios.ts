// Ratios of functions to the calibration loop, and what is wrong with new ones against stored ones.

/** By the function's name: time of one call over time of one calibration loop. */
export type Ratios = Readonly<Record<string, number>>;

/** A function may take this many times what it took when the baseline was stored. */
export const LIMIT = 1.3;

export interface Finding {
  readonly name: string;
  /** `slower` beyond the limit; `not measured` any more; `not stored` yet. */
  readonly kind: "slower" | "not measured" | "not stored";
  /** What it takes now over what was stored; NaN where one is missing. */
  readonly factor: number;
}

export function compareRatios(stored: Ratios, measured: Ratios, limit: number = LIMIT): Finding[] {
  const names = new Set([...Object.keys(stored), ...Object.keys(measured)]);
  return Array.from(names).flatMap((name): Finding[] => {
    const factor = (measured[name] ?? NaN) / (stored[name] ?? NaN);
    if (!(name in stored)) return [{ name, kind: "not stored", factor }];
    if (!(name in measured)) return [{ name, kind: "not measured", factor }];
    return factor <= limit ? [] : [{ name, kind: "slower", factor }];
  });
}

/** The less of two for each name: a function is slow only if it is so each time. */
export function leastRatios(first: Ratios, second: Ratios): Ratios {
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return Object.fromEntries(
    Array.from(names, (name) => [
      name,
      Math.min(first[name] ?? Infinity, second[name] ?? Infinity),
    ]),
  );
}

/**
 * What stays wrong when all is measured again by `again`, up to `repeats` times while any seems slower.
 * `again` is told which do.
 */
export function confirmFindings(
  stored: Ratios,
  measured: Ratios,
  again: (names: readonly string[]) => Ratios,
  repeats: number,
): { readonly ratios: Ratios; readonly findings: readonly Finding[] } {
  let ratios = measured;
  for (let i = 0; i < repeats; i++) {
    const slow = compareRatios(stored, ratios).filter(({ kind }) => kind === "slower");
    if (slow.length === 0) break;
    ratios = leastRatios(ratios, again(slow.map(({ name }) => name)));
  }
  return { ratios, findings: compareRatios(stored, ratios) };
}

/** By name the median of several measurements of the same functions. */
export function medianRatios(all: readonly Ratios[]): Ratios {
  return Object.fromEntries(
    Object.keys(all[0] ?? {}).map((name) => [name, median(all.map((ratios) => ratios[name]!))]),
  );
}

/** Of at least one value; of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
}
