// Linux's numbers for sockets, as on x86-64 and arm64, and the sizes of its structures there. The
// self-test checks at start that the kernel agrees.

export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_CLOEXEC = 0o2000000;

export const SOL_SOCKET = 1;
export const SO_TYPE = 3;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_REUSEPORT = 15;
export const SO_RCVTIMEO = 20;
/** 1 for a socket that listens. */
export const SO_ACCEPTCONN = 30;
/** As SO_RCVBUF, beyond net.core.rmem_max; needs CAP_NET_ADMIN. */
export const SO_RCVBUFFORCE = 33;
export const SO_ATTACH_REUSEPORT_CBPF = 51;
/** Nine uint32; the last is the number of datagrams that the kernel has dropped. */
export const SO_MEMINFO = 55;
/** uint64; no other socket has it until the machine starts anew. */
export const SO_COOKIE = 57;

export const IPPROTO_IP = 0;
export const IP_PKTINFO = 8;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
export const IPV6_RECVPKTINFO = 49;
export const IPV6_PKTINFO = 50;

export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
/** recvmmsg waits for the first datagram only. */
export const MSG_WAITFORONE = 0x10000;

export const POLLIN = 1;
/** Goes on while the machine sleeps. */
export const CLOCK_BOOTTIME = 7;

export const EPERM = 1;
export const EINTR = 4;
export const EAGAIN = 11;
export const EACCES = 13;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;

/** struct sockaddr_in: family, port (big-endian), address; struct sockaddr_in6: the same, but at 8. */
export const SOCKADDR_IN_BYTES = 16;
export const SOCKADDR_IN6_BYTES = 28;
export const SOCKADDR_PORT_OFFSET = 2;
export const SOCKADDR_IN_ADDRESS_OFFSET = 4;
export const SOCKADDR_IN6_ADDRESS_OFFSET = 8;

/**
 * The control message with struct in_pktinfo or in6_pktinfo: length (64 bits, without the padding at
 * the end), level, type, then the data. Its place in all (CMSG_SPACE), in bytes; where the interface's
 * index lies; and where the address does: on a query the one that was asked, on a response the one to
 * send from.
 */
export const PKTINFO_IN = {
  bytes: 32,
  length: 28,
  interfaceOffset: 16,
  addressOffset: 20,
} as const;
export const PKTINFO_IN6 = {
  bytes: 40,
  length: 36,
  interfaceOffset: 32,
  addressOffset: 16,
} as const;
