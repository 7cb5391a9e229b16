// Hermod as the upstream of other resolvers, which ask it over TLS by its verified name.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Forwarder, FORWARDERS } from "./forwarder.ts";
import { needs } from "./programs.ts";
import type { ProgramResponse } from "./query-programs.ts";
import { HERMOD_NAME, ResolverPair } from "./resolver-pair.ts";
import { WWW_ADDRESS, ZONE } from "./zone.ts";

const NEEDED = ["kdig", "unbound", "openssl"] as const;
const timeout = 60_000;
let pair: ResolverPair | undefined;

before(async () => {
  if (needs(...NEEDED) === false) pair = await ResolverPair.start({ encrypted: true });
});
after(() => pair?.stop());

for (const program of FORWARDERS) {
  const skip = needs(...NEEDED, program);

  const askThrough = async (question: string, name: string): Promise<ProgramResponse> => {
    const { authority, hermod } = pair!;
    const target = { port: hermod.dotPort, name, caFile: authority.certificateFile };
    const forwarder = await Forwarder.start(program, target);
    try {
      return await forwarder.ask(question);
    } finally {
      await forwarder.kill();
    }
  };
  const queries = (): Promise<number> => {
    return pair!.hermod.metric("hermod_queries_total", 'transport="dot"');
  };

  describe(`${program} in front`, () => {
    test("resolves a name through Hermod", { skip, timeout }, async () => {
      const before = await queries();
      const response = await askThrough(`www.${ZONE} A`, HERMOD_NAME);
      assert.equal(response.answer[0]?.rdata, WWW_ADDRESS, response.text);
      assert.ok((await queries()) > before);
    });

    test("asks nothing of a server of another name", { skip, timeout }, async () => {
      const before = await queries();
      const response = await askThrough(`www.${ZONE} A`, "other.example");
      assert.notEqual(response.status, "NOERROR", response.text);
      assert.equal(await queries(), before);
    });
  });
}
