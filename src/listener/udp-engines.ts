// The engines that UDP can be served with. Apart from what runs them, for the settings.

/** `auto`: batched where that works, else portable. */
export const UDP_ENGINES = ["auto", "batched", "portable"] as const;
export type UdpEngine = (typeof UDP_ENGINES)[number];
