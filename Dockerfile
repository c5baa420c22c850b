# Foyer in an image of one static binary.
#   docker build --tag foyer .
#   docker run --publish 127.0.0.1:8080:8080 --publish 7882:7882/udp --publish 7882:7882/tcp --volume foyer-data:/data foyer
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# What `foyer version` says; git's own answer is not among the files that are sent here.
ARG VERSION=development
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X main.release=$VERSION" -o /out/foyer ./cmd/foyer
RUN install -d -m 0700 /out/owned/data /out/owned/tmp

FROM scratch
# The authorities that TLS trusts, for webhooks and for getting certificates.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/foyer /foyer
COPY --from=build --chown=65532:65532 /out/owned/ /
# A number and not a name: the image has no list of users, and Kubernetes can tell that it is not root.
USER 65532:65532
ENV FOYER_DATA_DIR=/data
WORKDIR /data
VOLUME /data
EXPOSE 8080 7882/udp 7882/tcp
# No HEALTHCHECK: there is no shell and no client in here. GET /healthz and GET /readyz are for the outside.
ENTRYPOINT ["/foyer"]
CMD ["serve"]
