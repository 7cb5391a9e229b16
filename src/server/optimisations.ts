// The switches under `experimental` as the rooms take them that have more than one.

import type { Experimental, Settings } from "../config/settings.ts";
import type { StreamHabits } from "../upstream/stream-habits.ts";

export function streamHabits({ experimental }: Settings): StreamHabits {
  return {
    joinsQueries: experimental.joinedQueries,
    pipelines: experimental.pipelining,
    reuses: experimental.connectionReuse,
    resumesSessions: experimental.sessionResumption,
  };
}

/** The names of those that are off. */
export function optimisationsOff({ experimental }: Settings): string[] {
  const names = Object.keys(experimental) as (keyof Experimental)[];
  return names.filter((name) => !experimental[name]);
}
