// The stage of a comparison: an upstream and two servers, one with all optimisations on, one without
// the one in question. The servers have the first core, whatever else runs here the second.

import {
  type Certificate,
  makeAuthority,
  type Authority,
  makeCertificate,
} from "../../tests/certificates.ts";
import { Hermod } from "../../tests/e2e/hermod-process.ts";
import { makeHermodCertificate, tlsUrl, UPSTREAM_NAME } from "../../tests/e2e/resolver-pair.ts";
import { HERMOD_COMMAND } from "../../tests/e2e/runtime-command.ts";
import { Unbound } from "../../tests/e2e/unbound.ts";
import { MANY } from "../../tests/e2e/zone.ts";
import { SERVER_CORE } from "../peers/machine.ts";
import { type Ablation, configurations } from "./ablations.ts";

export type Variant = "on" | "off";
export const VARIANTS: readonly Variant[] = ["on", "off"];

export class Stage {
  private readonly authority: Authority = makeAuthority();
  private readonly tls: Certificate = makeHermodCertificate(this.authority);
  private unbound!: Unbound;

  static async open(): Promise<Stage> {
    const stage = new Stage();
    const tls = makeCertificate(stage.authority, { names: [UPSTREAM_NAME] });
    const localData = [`${MANY}. 300 IN MX 10 mail.${MANY}.`];
    stage.unbound = await Unbound.start({ tls, localData });
    return stage;
  }

  /** Both servers of a comparison. */
  async servers(ablation: Ablation): Promise<Record<Variant, Hermod>> {
    const { on, off } = configurations(ablation);
    const cores = ablation.cores ?? String(SERVER_CORE);
    return { on: await this.server(on, cores), off: await this.server(off, cores) };
  }

  close(): Promise<void> {
    return this.unbound.kill();
  }

  private server(config: string, cores: string): Promise<Hermod> {
    return Hermod.start({
      upstreams: [tlsUrl(this.unbound)],
      upstreamCa: this.authority.certificateFile,
      tls: this.tls,
      config,
      parameters: ["--log-level", "error"],
      program: ["taskset", "-c", cores, ...HERMOD_COMMAND],
    });
  }
}
