// A process of its own that starts as Hermod does: makes or finds the development certificate in the
// folder it is given, loads it and prints the key's digest. Tests run several at once.

import { createHash } from "node:crypto";
import process from "node:process";
import { developmentCertificate } from "../../../src/certificate/development-certificate.ts";
import { loadCertificate } from "../../../src/certificate/load-certificate.ts";

const files = await developmentCertificate(process.argv[2]!);
const { key } = await loadCertificate(files);
process.stdout.write(createHash("sha256").update(key).digest("hex"));
