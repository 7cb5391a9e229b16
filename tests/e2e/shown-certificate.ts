// Which certificate a server shows to those who come anew.

import { connect } from "node:tls";

/** As PEM, of a new connection to the loopback address. With `ca`, PEM, rejects what that has not signed. */
export function shownCertificate(port: number, ca?: string): Promise<string> {
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, ...trust });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve(socket.getPeerX509Certificate()!.toString());
      socket.destroy();
    });
  });
}
