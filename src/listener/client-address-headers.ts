// The HTTP headers in which proxies name their client. Apart from what reads them, for the settings.

/** Headers in which proxies name their client. */
export const CLIENT_ADDRESS_HEADERS = [
  "CF-Connecting-IP",
  "X-Forwarded-For",
  "Fastly-Client-IP",
  "X-Real-IP",
  "True-Client-IP",
] as const;
export type ClientAddressHeader = (typeof CLIENT_ADDRESS_HEADERS)[number];
