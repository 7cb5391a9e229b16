// Clients that come and go all the time, over TCP and TLS: some ask and leave before the answer, some
// leave in the middle of a query, some take their answer and stay silent until they are told to go.

import { BareClient, framedQuery } from "../../tests/e2e/tls-client.ts";
import type { Hermod } from "../../tests/e2e/hermod-process.ts";
import { MANY } from "../../tests/e2e/zone.ts";

const INTERVAL_MS = 100;
const STAY_MS = 1500;
const whole: Buffer = framedQuery(`passing.${MANY}`);
const MANNERS = ["ask and leave", "half a query", "ask and stay"] as const;

export class PassingClients {
  /** Connections begun. */
  begun = 0;
  private readonly timer: NodeJS.Timeout;
  private readonly clients = new Set<BareClient>();

  /** `ca` in PEM. */
  constructor(hermod: Hermod, ca: string) {
    this.timer = setInterval(() => {
      this.begin(new BareClient({ port: hermod.dnsPort }));
      this.begin(new BareClient({ port: hermod.dotPort, ca }));
    }, INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    for (const { socket } of this.clients) socket.destroy();
  }

  private begin(client: BareClient): void {
    const manner = MANNERS[this.begun++ % MANNERS.length]!;
    const { socket } = client;
    this.clients.add(client);
    socket.on("close", () => this.clients.delete(client));
    socket.write(manner === "half a query" ? whole.subarray(0, 9) : whole);
    setTimeout(() => socket.destroy(), manner === "ask and stay" ? STAY_MS : INTERVAL_MS);
  }
}
