-- One SQL text for SQLite and Postgres: TEXT and BIGINT only. Times are Unix milliseconds,
-- credentials are sealed before they come here, `config` is JSON.

CREATE TABLE integrated_account (
    id                    TEXT   NOT NULL PRIMARY KEY,
    name                  TEXT   NOT NULL,
    domain                TEXT   NOT NULL,
    authentication_method TEXT   NOT NULL,
    status                TEXT   NOT NULL,
    last_error            TEXT,
    credentials           TEXT,
    credentials_version   BIGINT NOT NULL,
    created_at            BIGINT NOT NULL,
    updated_at            BIGINT NOT NULL
);
CREATE INDEX integrated_account_listing ON integrated_account (created_at, id);

CREATE TABLE mcp_server (
    id                        TEXT   NOT NULL PRIMARY KEY,
    integrated_account_id     TEXT   NOT NULL REFERENCES integrated_account (id) ON DELETE CASCADE,
    name                      TEXT   NOT NULL,
    config                    TEXT   NOT NULL,
    generation                BIGINT NOT NULL,
    previous_generation_until BIGINT,
    expires_at                BIGINT,
    created_at                BIGINT NOT NULL,
    updated_at                BIGINT NOT NULL,
    last_used_at              BIGINT
);
CREATE INDEX mcp_server_listing ON mcp_server (integrated_account_id, created_at, id);

-- What is left of a revoked server: enough to tell the holder of its URL when it ended. The server
-- itself is gone, so no query can forget to leave it out.
CREATE TABLE revoked_mcp_server (
    id         TEXT   NOT NULL PRIMARY KEY,
    revoked_at BIGINT NOT NULL
);

CREATE TABLE api_token (
    id           TEXT   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    digest       TEXT   NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT
);
CREATE INDEX api_token_listing ON api_token (created_at, id);
