// What upstream connections do to be cheap. Each habit can be left off, to measure what it is worth.

export interface StreamHabits {
  /** Queries that are asked within one tick leave in one write. */
  readonly joinsQueries: boolean;
  /** A connection carries many queries at once; without, one after the other. */
  readonly pipelines: boolean;
  /** A connection stays open for the next query; without, there is one for each. */
  readonly reuses: boolean;
  /** The next connection resumes the TLS session of one before. */
  readonly resumesSessions: boolean;
}

export const ALL_HABITS: StreamHabits = {
  joinsQueries: true,
  pipelines: true,
  reuses: true,
  resumesSessions: true,
};
