// What deno.ts uses of Deno, and nothing else, so that the type check needs no types but its own.

export interface DenoAddress {
  readonly transport: "udp" | "tcp";
  readonly hostname: string;
  readonly port: number;
}

export interface DenoDatagrams {
  readonly addr: DenoAddress;
  /** The bytes lie in `buffer`. Rejects once the socket is closed. */
  receive(buffer: Uint8Array): Promise<[bytes: Uint8Array, from: DenoAddress]>;
  /** Reads `bytes` when the socket has room, which may be after the call has returned. */
  send(bytes: Uint8Array, to: DenoAddress): Promise<number>;
  close(): void;
}

export interface DenoServeOptions {
  readonly hostname: string;
  readonly port: number;
  readonly reusePort: boolean;
  /** PEM; both or none. */
  readonly cert?: string;
  readonly key?: string;
  /** Ends every connection at once. */
  readonly signal: AbortSignal;
  readonly onListen: () => void;
  readonly onError: (error: unknown) => Response;
}

export interface DenoHttpServer {
  readonly addr: DenoAddress;
  /** Rejects if accepting failed for good. */
  readonly finished: Promise<void>;
  /** Accepts nothing more; resolves when the requests in flight have been answered. */
  shutdown(): Promise<void>;
}

export type DenoHandler = (
  request: Request,
  info: { readonly remoteAddr: DenoAddress },
) => Response | Promise<Response>;

export interface DenoApi {
  readonly version: { readonly deno: string };
  /** Only there with `"unstable": ["net"]` in deno.json, or with --unstable-net. */
  listenDatagram?(options: DenoAddress): DenoDatagrams;
  /** Throws where it can't bind. */
  listen(options: { hostname: string; port: number }): { close(): void };
  /** Throws where it can't bind. */
  serve(options: DenoServeOptions, handler: DenoHandler): DenoHttpServer;
}

export const denoApi: DenoApi = (globalThis as unknown as { Deno: DenoApi }).Deno;
