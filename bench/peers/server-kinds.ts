// Every server that can be measured: Hermod, the six peers in the order of their rows, the floor.

import type { ServerKind } from "./server-kind.ts";
import { bind9 } from "./servers/bind9.ts";
import { dnsdist } from "./servers/dnsdist.ts";
import { dnsmasq } from "./servers/dnsmasq.ts";
import { floor } from "./servers/floor.ts";
import { hermod } from "./servers/hermod.ts";
import { knotResolver } from "./servers/knot-resolver.ts";
import { recursor } from "./servers/recursor.ts";
import { unbound } from "./servers/unbound.ts";

export const HERMOD: ServerKind = hermod;

export const PEERS: readonly ServerKind[] = [
  unbound,
  knotResolver,
  recursor,
  dnsdist,
  bind9,
  dnsmasq,
  floor,
];
