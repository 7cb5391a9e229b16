// Taking a message ID for an upstream and giving it back.

import assert from "node:assert/strict";
import { MessageIdTable } from "../../../src/upstream/message-id-table.ts";
import type { HotCase } from "../hot-case.ts";

const IDS = 4096;

export const title = "upstream: message IDs";

export function cases(): readonly HotCase[] {
  const table = new MessageIdTable(IDS);
  const run = (): number => {
    const id = table.take(0);
    table.release(id);
    return id;
  };
  assert.notEqual(run(), run());
  return [{ name: "take and release", run }];
}
