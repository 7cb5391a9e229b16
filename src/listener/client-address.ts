// Who a request counts for, behind a CDN or a proxy. The connection's own address does, unless it is
// a trusted proxy's; only then is the header believed in which that proxy names its client.

import { AccessList, type Network } from "../resolver/access-list.ts";
import { AddressWords } from "./address-words.ts";
import type { ClientAddressHeader } from "./client-address-headers.ts";

export interface ClientAddressOptions {
  readonly trustedProxies: readonly Network[];
  /** Without one every proxy's clients count as the proxy itself. */
  readonly header?: ClientAddressHeader;
}

export class ClientAddress {
  private readonly trusted: AccessList;
  private readonly local: AccessList = new AccessList(LOOPBACK);
  private readonly header: ClientAddressHeader | undefined;
  private readonly addresses: AddressWords = new AddressWords();

  constructor({ trustedProxies, header }: ClientAddressOptions) {
    this.trusted = new AccessList(trustedProxies);
    this.header = header;
  }

  /**
   * Four words, as in ClientRow, not to be changed. `remote` is the connection's own address. A header
   * that is missing or broken leaves it at the proxy's.
   */
  of(request: Request, remote: string): Uint32Array {
    const own = this.addresses.of(remote);
    if (this.header === undefined || !this.trusted.allows(own)) return own;
    const value = request.headers.get(this.header);
    if (value === null) return own;
    const isChain = this.header === "X-Forwarded-For";
    return (isChain ? this.lastUntrusted(value) : this.parse(value)) ?? own;
  }

  /** Loopback or a trusted proxy: who may speak to the listener without TLS. */
  mayBeProxy(remote: string): boolean {
    const own = this.addresses.of(remote);
    return this.local.allows(own) || this.trusted.allows(own);
  }

  /**
   * Each proxy adds who it got the request from at the right, so that what lies left of an address
   * that is not a proxy's is hearsay. The left-most if all are proxies.
   */
  private lastUntrusted(value: string): Uint32Array | undefined {
    let end = value.length;
    for (;;) {
      const comma = value.lastIndexOf(",", end - 1);
      const words = this.parse(value.slice(comma + 1, end));
      if (words === undefined || comma < 0 || !this.trusted.allows(words)) return words;
      end = comma;
    }
  }

  /** Undefined for what is not one address. */
  private parse(text: string): Uint32Array | undefined {
    try {
      return this.addresses.of(withoutPort(text.trim()));
    } catch {
      return undefined;
    }
  }
}

/** Some proxies add the port: `192.0.2.1:443`, `[2001:db8::1]:443`. */
function withoutPort(text: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return bracketed ?? plain ?? text;
}

/** 127.0.0.0/8 and ::1. */
const LOOPBACK: readonly Network[] = [
  { bytes: Uint8Array.of(...Array<number>(10).fill(0), 255, 255, 127, 0, 0, 0), prefixLength: 104 },
  { bytes: Uint8Array.of(...Array<number>(15).fill(0), 1), prefixLength: 128 },
];
