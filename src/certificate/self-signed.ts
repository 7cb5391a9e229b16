// Makes a self-signed server certificate for a key. It is no authority (CA:FALSE): who trusts it
// trusts these names only, even if the key leaks.

import { createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";

export interface SelfSignedOptions {
  /** An ECDSA key on P-256. */
  readonly key: KeyObject;
  readonly names: readonly string[];
  readonly ips: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const COMMON_NAME = "2.5.4.3";

/** PEM. */
export function selfSigned(options: SelfSignedOptions): string {
  const algorithm = new x509.AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const name = commonName(options.names[0]!);
  const publicKey = createPublicKey(options.key).export({ type: "spki", format: "der" });
  const body = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: name,
    subject: name,
    validity: new x509.Validity(options),
    subjectPublicKeyInfo: AsnConvert.parse(publicKey, x509.SubjectPublicKeyInfo),
    extensions: extensions(options),
  });
  const certificate = new x509.Certificate({
    tbsCertificate: body,
    signatureAlgorithm: algorithm,
    signatureValue: plain(sign("sha256", bytesOf(body), options.key)),
  });
  return pem(bytesOf(certificate));
}

function extensions({ names, ips }: SelfSignedOptions): x509.Extensions {
  const subjects = [
    ...names.map((dNSName) => new x509.GeneralName({ dNSName })),
    ...ips.map((iPAddress) => new x509.GeneralName({ iPAddress })),
  ];
  return new x509.Extensions([
    extension(x509.id_ce_basicConstraints, true, new x509.BasicConstraints({ cA: false })),
    extension(x509.id_ce_keyUsage, true, new x509.KeyUsage(x509.KeyUsageFlags.digitalSignature)),
    extension(x509.id_ce_extKeyUsage, false, new x509.ExtendedKeyUsage([x509.id_kp_serverAuth])),
    extension(x509.id_ce_subjectAltName, false, new x509.SubjectAlternativeName(subjects)),
  ]);
}

function extension(extnID: string, critical: boolean, value: object): x509.Extension {
  const extnValue = new OctetString(AsnConvert.serialize(value));
  return new x509.Extension({ extnID, critical, extnValue });
}

function commonName(text: string): x509.Name {
  const value = new x509.AttributeValue({ utf8String: text });
  const attribute = new x509.AttributeTypeAndValue({ type: COMMON_NAME, value });
  return new x509.Name([new x509.RelativeDistinguishedName([attribute])]);
}

/** 16 bytes at random, positive and in the shortest form (RFC 5280 §4.1.2.2). */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return plain(bytes);
}

function bytesOf(value: object): Uint8Array {
  return new Uint8Array(AsnConvert.serialize(value));
}

function plain(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function pem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
