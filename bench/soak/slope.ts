// A straight line through points by least squares, and how sure its slope is.

export interface Slope {
  /** Units of y for one of x. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
}

/** At least three points, not all with the same x. */
export function fitSlope(xs: readonly number[], ys: readonly number[]): Slope {
  const meanX = mean(xs);
  const meanY = mean(ys);
  let sumXX = 0;
  let sumXY = 0;
  for (let i = 0; i < xs.length; i++) {
    sumXX += (xs[i]! - meanX) ** 2;
    sumXY += (xs[i]! - meanX) * (ys[i]! - meanY);
  }
  const slope = sumXY / sumXX;
  let squares = 0;
  for (let i = 0; i < xs.length; i++) {
    squares += (ys[i]! - meanY - slope * (xs[i]! - meanX)) ** 2;
  }
  return { slope, error: Math.sqrt(squares / (xs.length - 2) / sumXX) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
