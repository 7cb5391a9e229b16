// Which certificate a server shows to those who come anew.

import { connect } from "node:tls";

/** As PEM, of a new connection to the loopback address. */
export function shownCertificate(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve(socket.getPeerX509Certificate()!.toString());
      socket.destroy();
    });
  });
}
