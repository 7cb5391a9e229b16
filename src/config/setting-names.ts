// What a setting is called on the command line and in the environment. Settings without a row here
// are given in the configuration file alone.

export interface SettingName {
  readonly section: string;
  readonly key: string;
  readonly variable: string;
  readonly flag: string;
  /** Takes more than one value: the flag again and again, the variable with commas. */
  readonly isList: boolean;
}

export const SETTING_NAMES: readonly SettingName[] = [
  row("listen.dns", "HERMOD_DNS", "--dns", true),
  row("listen.dot", "HERMOD_DOT", "--dot", true),
  row("listen.doh", "HERMOD_DOH", "--doh", true),
  row("listen.dohPlain", "HERMOD_DOH_PLAIN", "--doh-plain", true),
  row("listen.admin", "HERMOD_ADMIN", "--admin", false),
  row("udp.engine", "HERMOD_UDP_ENGINE", "--udp-engine", false),
  row("udp.threads", "HERMOD_UDP_THREADS", "--udp-threads", false),
  row("streams.threads", "HERMOD_STREAM_THREADS", "--stream-threads", false),
  row("upstream.servers", "HERMOD_UPSTREAM", "--upstream", true),
  row("upstream.ca", "HERMOD_UPSTREAM_CA", "--upstream-ca", false),
  row("tls.certificate", "HERMOD_TLS_CERT", "--tls-cert", false),
  row("tls.key", "HERMOD_TLS_KEY", "--tls-key", false),
  row("proxy.trusted", "HERMOD_TRUSTED_PROXY", "--trusted-proxy", true),
  row(
    "proxy.clientAddressHeader",
    "HERMOD_CLIENT_ADDRESS_HEADER",
    "--client-address-header",
    false,
  ),
  row("cache.size", "HERMOD_CACHE_SIZE", "--cache-size", false),
  row("log.level", "HERMOD_LOG_LEVEL", "--log-level", false),
];

/** Names the configuration file. */
export const CONFIG_VARIABLE = "HERMOD_CONFIG";

function row(path: string, variable: string, flag: string, isList: boolean): SettingName {
  const [section = "", key = ""] = path.split(".");
  return { section, key, variable, flag, isList };
}
