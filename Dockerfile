# Hermod as a single binary on a base that holds little more than a C library.

FROM oven/bun:1.4.5-slim AS build
WORKDIR /build
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
COPY tsconfig.json ./
COPY src ./src
COPY routes ./routes
RUN bun run build

FROM debian:12-slim
COPY --from=build /build/dist/hermod /usr/local/bin/hermod
# Where a certificate for development goes, and whatever else is to outlive the container.
RUN install -d -o 65532 -g 65532 -m 0700 /var/lib/hermod
ENV XDG_STATE_HOME=/var/lib
# Collects garbage sooner: a flood of misses then stays within 15 % of the idle process and its cache.
ENV BUN_JSC_heapGrowthMaxIncrease=0.2
VOLUME /var/lib/hermod
USER 65532:65532

# UDP and TCP, TLS, HTTPS (and HTTP/3).
EXPOSE 5335/udp 5335/tcp 8853/tcp 8443/tcp 8443/udp
STOPSIGNAL SIGTERM
# A local name: says whether Hermod answers, not whether its upstreams do.
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s --retries=3 \
  CMD ["hermod", "query", "localhost", "--short", "--server", "udp://127.0.0.1:5335"]
ENTRYPOINT ["hermod"]
CMD ["serve", "--dns", "0.0.0.0:5335", "--dot", "0.0.0.0:8853", "--doh", "0.0.0.0:8443"]
