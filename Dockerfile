# The program alone on a base without a shell, as a user without rights.
# The root file system can be read-only; only /data is written.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked && mkdir /data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/egnyte-mcp /egnyte-mcp
COPY --from=build --chown=65532:65532 --chmod=0700 /data /data
ENV EGNYTE_MCP_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
USER 65532:65532
ENTRYPOINT ["/egnyte-mcp"]
CMD ["serve", "--listen", "0.0.0.0:8080", "--data-dir", "/data"]
