-- Transfer links that were used, by the random id inside them. A row is of use until the link
-- would have ended by itself.
CREATE TABLE used_transfer (
    id         TEXT   NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_transfer_expiry ON used_transfer (expires_at);
