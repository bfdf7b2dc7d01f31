# Worker and starter in one image; `docker compose up` runs both, and the server, which is
# `starter serve`.
FROM golang:1.26 AS build
WORKDIR /src
# The modules first: they change less often than the code, and stay in the cache.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags="-s -w" -o /out/ ./worker ./starter && mkdir /out/data

# Certificates and time zones, no shell, and a user who is not root.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/worker /out/starter /usr/local/bin/
# A new volume mounted here belongs to the image's user, as this folder does.
COPY --from=build --chown=nonroot:nonroot /out/data /var/lib/cloudsync
# Names the build in Temporal: docker build --build-arg BUILD_ID=v1.2.0. Without it, the
# worker names itself after its content.
ARG BUILD_ID=
ENV CLOUDSYNC_BUILD_ID=$BUILD_ID
EXPOSE 9466 9467
ENTRYPOINT ["worker"]
CMD ["--listen", "0.0.0.0:9466"]
