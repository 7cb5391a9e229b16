// Runs every micro-benchmark with mitata: how long each hot function takes, and what it allocates.

import { bench, do_not_optimize, group, run } from "mitata";
import { hotFiles } from "./hot-case.ts";

for (const { cases, title } of await hotFiles()) {
  const all = cases();
  group(title, () => {
    for (const hot of all) bench(hot.name, () => do_not_optimize(hot.run()));
  });
}
await run();
