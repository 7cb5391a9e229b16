// Chooses and opens what carries the load, by the server's URL and by what the machine can do.

import { HermodError, messageOf } from "../../errors.ts";
import type { ConnectTls, Runtime } from "../../runtime/contract.ts";
import { loadLibc } from "../../runtime/libc.ts";
import { checkSockets } from "../../runtime/linux/self-test.ts";
import { BatchedUdp } from "./batched-udp.ts";
import { BenchFailure } from "./bench-failure.ts";
import type { BenchPlan } from "./plan.ts";
import { PortableUdp } from "./portable-udp.ts";
import { StreamTransport } from "./stream-transport.ts";
import type { Transport } from "./transport.ts";

/** Rejects with a BenchFailure when the server can't be reached, or sockets can't be had. */
export async function openTransport(plan: BenchPlan, runtime: Runtime): Promise<Transport> {
  const { ca, connections, method, server } = plan;
  if (server.scheme === "https") {
    // Loaded here alone, for the sake of the others' start.
    const { Http2Transport } = await import("./http2-transport.ts");
    return Http2Transport.open({ server, ca, method }, connections);
  }
  try {
    if (server.scheme === "udp") return await openUdp(plan, runtime);
  } catch (error) {
    throw new BenchFailure(messageOf(error), { cause: error });
  }
  const { authenticationName } = server;
  const tls: ConnectTls = { authenticationName, alpn: ["dot"], ...(ca !== undefined && { ca }) };
  return StreamTransport.open({
    runtime,
    server,
    tls: server.scheme === "tls" ? tls : undefined,
    connections,
  });
}

async function openUdp({ connections, server }: BenchPlan, runtime: Runtime): Promise<Transport> {
  try {
    const libc = await loadLibc();
    checkSockets(libc);
    return new BatchedUdp(libc, server, connections);
  } catch (error) {
    if (!(error instanceof HermodError) || error.code !== "LIBC_UNAVAILABLE") throw error;
    return PortableUdp.open(runtime, server, connections);
  }
}
