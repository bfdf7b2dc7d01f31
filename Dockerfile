# Worker and starter in one image; `docker compose up` runs both, and the server, which is
# `starter serve`. For several platforms (docs/operations/install.md):
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg VERSION=v1.2.0 .
# The compiler runs on the builder's own platform, and compiles for the image's.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
# The modules first: they change less often than the code, and stay in the cache.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH
# What `starter version` and /metrics say.
ARG VERSION= COMMIT= DATE=
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -buildvcs=false -trimpath \
      -ldflags="-s -w -X cloudsync/monitor.version=$VERSION -X cloudsync/monitor.commit=$COMMIT -X cloudsync/monitor.date=$DATE" \
      -o /out/ ./worker ./starter && mkdir /out/data

# Certificates and time zones, no shell, and a user who is not root.
FROM gcr.io/distroless/static-debian12:nonroot
ARG VERSION= COMMIT= DATE=
LABEL org.opencontainers.image.title="cloudsync" \
      org.opencontainers.image.description="Keeps a MySQL inventory of public-cloud resources the same as the clouds" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.created="$DATE"
COPY --from=build /out/worker /out/starter /usr/local/bin/
# A new volume mounted here belongs to the image's user, as this folder does.
COPY --from=build --chown=nonroot:nonroot /out/data /var/lib/cloudsync
# Names the build in Temporal: docker build --build-arg BUILD_ID=stable. Without it, the
# version does, and without that, the worker names itself after its content.
ARG BUILD_ID=
ENV CLOUDSYNC_BUILD_ID=${BUILD_ID:-$VERSION}
EXPOSE 9466 9467
ENTRYPOINT ["worker"]
CMD ["--listen", "0.0.0.0:9466"]
