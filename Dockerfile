# syntax=docker/dockerfile:1
# embed-star with its built-in model. Build: docker build -t embed-star .
# The program needs no shell, no writable file system and no privilege: docker run --read-only -p 9090:9090 embed-star

FROM swift:6.3-bookworm AS build
WORKDIR /source
# Packages, Python environment and model first: they change less often than the sources.
COPY scripts scripts
RUN scripts/bootstrap
COPY Package.swift openapi.yaml ./
COPY CLibraries CLibraries
COPY Page Page
COPY Benchmarks Benchmarks
COPY Sources Sources
COPY Tests Tests
COPY data data
RUN swift build -c release --product embed-star --static-swift-stdlib -Xlinker -s \
    && install -D -t /image/usr/local/bin "$(swift build -c release --show-bin-path)/embed-star" \
    && install -D -m 0644 -t /image/opt/embed-star/data data/sample-repos.ndjson \
    && cp -a models /image/opt/embed-star/models \
    && install -d /image/usr/share/doc/embed-star \
    && scripts/sbom /image/usr/local/bin/embed-star >/image/usr/share/doc/embed-star/embed-star.spdx.json

FROM debian:bookworm-slim
ARG VERSION=0.2.0
LABEL org.opencontainers.image.title="embed-star" \
      org.opencontainers.image.description="Keeps the repositories of a SurrealDB database embedded, and serves embeddings and similarity search" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim" \
      org.opencontainers.image.licenses="MIT"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libdnnl2 libsqlite3-0 zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
COPY --from=build /image /
# Relative settings, such as BUILTIN_MODEL_DIR, start here.
WORKDIR /opt/embed-star
# Inside a container the loopback address reaches nobody.
ENV HOST=0.0.0.0 PORT=9090 LOG_FORMAT=json
EXPOSE 9090
USER 65532:65532
STOPSIGNAL SIGTERM
# It knows HOST, PORT and MONITORING_PORT as the service does.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/local/bin/embed-star", "health"]
ENTRYPOINT ["/usr/local/bin/embed-star"]
CMD ["serve"]
