// The listeners on connections of one thread: TCP, DoT, DoH, and DoH over plain HTTP. On the main
// thread they are the only ones; a stream thread shares its ports with the others.

import { createPlainDohApp, type DohAppParts } from "../../routes/doh-app.ts";
import { timers } from "../clock/timing-wheel.ts";
import type { Settings } from "../config/settings.ts";
import { ClientAddress } from "../listener/client-address.ts";
import type { ConnectionLimit } from "../listener/connection-limit.ts";
import { DohExchange, MAX_BODY_BYTES } from "../listener/doh-exchange.ts";
import { StreamServer, type StreamServerParts } from "../listener/stream-server.ts";
import { type Counters, TRANSPORT } from "../memory/counters.ts";
import { AccessList } from "../resolver/access-list.ts";
import type { AnswerContext } from "../resolver/answer-context.ts";
import type { QueryService } from "../resolver/query-service.ts";
import type { Endpoint, HttpListener, Runtime } from "../runtime/contract.ts";
import { loadSharedPorts, spreadPorts } from "../runtime/load-shared-ports.ts";
import { claimEndpoints } from "./claim-endpoints.ts";
import type { CertificatePair, Connections, EncryptedEndpoints } from "./connections.ts";
import { EncryptedListeners } from "./encrypted-listeners.ts";

export interface ConnectionListenersParts {
  readonly settings: Settings;
  readonly runtime: Runtime;
  readonly service: QueryService;
  /** The one of the service's Answerer. */
  readonly context: AnswerContext;
  readonly counters: Counters;
  readonly connections: ConnectionLimit;
  /** Other threads listen at the same endpoints, which have ports and are claimed. */
  readonly sharesPorts: boolean;
}

export class ConnectionListeners implements Connections {
  readonly threadCounters: readonly Counters[] = [];
  readonly threadsReplaced = 0;
  private readonly parts: ConnectionListenersParts;
  private readonly doh: DohAppParts;
  private readonly tcp: StreamServer;
  private readonly encrypted: EncryptedListeners;
  private readonly plainDoh: HttpListener[] = [];

  constructor(parts: ConnectionListenersParts) {
    this.parts = parts;
    this.doh = dohParts(parts);
    const streams = streamParts(parts);
    this.tcp = new StreamServer(streams, TRANSPORT.tcp);
    const { idleTimeoutMs } = parts.settings.limits;
    this.encrypted = new EncryptedListeners({ streams, doh: this.doh, idleTimeoutMs });
  }

  get live(): number {
    return this.parts.connections.live;
  }

  async openDns(endpoints: readonly Endpoint[]): Promise<readonly Endpoint[]> {
    return endpoints.map((endpoint) => this.tcp.listen(endpoint));
  }

  async openPlainDoh(endpoints: readonly Endpoint[]): Promise<readonly Endpoint[]> {
    return endpoints.map((endpoint) => this.openPlain(endpoint));
  }

  async openEncrypted(
    endpoints: EncryptedEndpoints,
    certificate: CertificatePair,
  ): Promise<EncryptedEndpoints> {
    const { runtime, sharesPorts } = this.parts;
    const claimed = sharesPorts ? endpoints : claimEncrypted(runtime, endpoints);
    // Of several threads each knows its own listeners only: the kernel spreads connections over all.
    const openSharedPort = sharesPorts ? spreadPorts : await loadSharedPorts();
    this.encrypted.open(claimed, certificate, openSharedPort);
    return claimed;
  }

  async changeCertificate(renewed: CertificatePair): Promise<void> {
    this.encrypted.change(renewed);
  }

  stop(): void {
    this.tcp.stop();
    this.encrypted.stop();
  }

  async finished(): Promise<void> {
    await Promise.all([this.encrypted.finished(), ...this.plainDoh.map((each) => each.stop())]);
  }

  async closeAll(): Promise<void> {
    this.tcp.closeAll();
    this.encrypted.closeAll();
    for (const listener of this.plainDoh) listener.closeAll();
  }

  private openPlain(local: Endpoint): Endpoint {
    const { runtime, settings, sharesPorts: reusePort } = this.parts;
    const { idleTimeoutMs } = settings.limits;
    const fetch = createPlainDohApp(this.doh);
    const maxBodyBytes = MAX_BODY_BYTES;
    const options = { local, http2: true, reusePort, maxBodyBytes, idleTimeoutMs, fetch };
    const listener = runtime.serveHttp(options);
    this.plainDoh.push(listener);
    return listener.local;
  }
}

/** DoT's and DoH's at once, with the ports that the kernel chose. */
export function claimEncrypted(
  runtime: Runtime,
  { doh, dot }: EncryptedEndpoints,
): EncryptedEndpoints {
  const claimed = claimEndpoints(runtime, [...dot, ...doh]);
  return { dot: claimed.slice(0, dot.length), doh: claimed.slice(dot.length) };
}

function streamParts(parts: ConnectionListenersParts): StreamServerParts {
  const { connections, counters, runtime, service, settings, sharesPorts } = parts;
  const { experimental, limits, proxy } = settings;
  const joinsResponses = experimental.joinedResponses;
  const common = { runtime, service, counters, timers, limits, connections };
  const streams = { ...common, joinsResponses, sharesPorts };
  return proxy.protocol ? { ...streams, proxies: new AccessList(proxy.trusted) } : streams;
}

function dohParts({ context, service, settings }: ConnectionListenersParts): DohAppParts {
  const { trusted: trustedProxies, clientAddressHeader: header } = settings.proxy;
  const { messageTimeoutMs } = settings.limits;
  return {
    exchange: new DohExchange({ service, context, timers, messageTimeoutMs }),
    clients: new ClientAddress(
      header === undefined ? { trustedProxies } : { trustedProxies, header },
    ),
    besideRouter: settings.experimental.dohBesideRouter,
  };
}
