// UDP with the runtime's own sockets, on the main thread. The runtime does not say which of this
// machine's addresses a datagram was sent to, so that a wildcard is served by one socket for each
// local address: a response then leaves from the address that was asked, or clients discard it.

import { COUNTER, type Counters, TRANSPORT } from "../memory/counters.ts";
import { WordBuffer } from "../memory/word-buffer.ts";
import { ClientRow } from "../resolver/client-row.ts";
import { NOTHING, type QueryOrigin, type QueryService } from "../resolver/query-service.ts";
import type { Responder } from "../resolver/waiter.ts";
import type { Endpoint, Runtime, UdpHandler, UdpSocket } from "../runtime/contract.ts";
import { AddressWords } from "./address-words.ts";

/** Larger than any response over UDP (resolver/finish-response UDP_SIZE). */
const OUT_CAPACITY = 4096;

export class UdpListener implements UdpHandler, QueryOrigin {
  private readonly service: QueryService;
  private readonly counters: Counters;
  private readonly client: ClientRow = new ClientRow();
  private readonly out: WordBuffer = new WordBuffer(OUT_CAPACITY);
  private readonly addresses: AddressWords = new AddressWords();
  private readonly sockets: UdpSocket[] = [];
  private stopped = false;
  // Where the query that is being answered came from.
  private socket: UdpSocket | undefined;
  private port = 0;
  private address = "";

  constructor(service: QueryService, counters: Counters) {
    this.service = service;
    this.counters = counters;
    this.client.transport = TRANSPORT.udp;
  }

  /** Opens the sockets for one configured endpoint; returns where they are bound. */
  async open(runtime: Runtime, endpoint: Endpoint): Promise<Endpoint[]> {
    const opened: Endpoint[] = [];
    let port = endpoint.port;
    for (const host of hostsOf(runtime, endpoint.host)) {
      const socket = await runtime.openUdp({ local: { host, port } }, this);
      this.sockets.push(socket);
      opened.push(socket.local);
      port = socket.local.port;
    }
    return opened;
  }

  datagram(
    socket: UdpSocket,
    bytes: Uint8Array,
    port: number,
    address: string,
    truncated: boolean,
  ): void {
    if (this.stopped) return;
    // A response to port 0 can't be sent; a cut-off query can't be read.
    if (port === 0 || truncated) return this.counters.count(COUNTER.dropped);
    this.socket = socket;
    this.port = port;
    this.address = address;
    const { client, out, service } = this;
    client.address.set(this.addresses.of(address));
    const length = service.accept(bytes, 0, bytes.length, out, 0, OUT_CAPACITY, client, this);
    if (length !== NOTHING) this.send(socket, out.bytes.subarray(0, length), port, address);
  }

  error(): void {
    this.counters.count(COUNTER.sendFailures);
  }

  responder(): Responder {
    return new UdpResponder(this, this.socket!, this.port, this.address);
  }

  send(socket: UdpSocket, response: Uint8Array, port: number, address: string): void {
    if (!socket.send(response, port, address)) this.counters.count(COUNTER.sendFailures);
  }

  /** Takes no more queries; what is in flight can still be answered. */
  stop(): void {
    this.stopped = true;
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
    this.sockets.length = 0;
  }
}

class UdpResponder implements Responder {
  private readonly listener: UdpListener;
  private readonly socket: UdpSocket;
  private readonly port: number;
  private readonly address: string;

  constructor(listener: UdpListener, socket: UdpSocket, port: number, address: string) {
    this.listener = listener;
    this.socket = socket;
    this.port = port;
    this.address = address;
  }

  respond(out: WordBuffer, offset: number, length: number): void {
    const response = out.bytes.subarray(offset, offset + length);
    this.listener.send(this.socket, response, this.port, this.address);
  }
}

/** The addresses to bind: those of all interfaces for a wildcard, IPv4 too for `::`. */
function hostsOf(runtime: Runtime, host: string): string[] {
  if (host === "::") return runtime.localAddresses();
  if (host !== "0.0.0.0") return [host];
  return runtime.localAddresses().filter((address) => !address.includes(":"));
}
