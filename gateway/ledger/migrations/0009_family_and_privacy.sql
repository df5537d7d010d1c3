-- +goose Up
-- How families come in and what they want to be told, and what the erasure of
-- old data needs. Times are microseconds since 1970 in UTC.

ALTER TABLE "user" ADD COLUMN wants TEXT NOT NULL DEFAULT ''; -- JSON; empty: everything at any hour

-- A link by which a member of a family comes in for the first time. One a user.
CREATE TABLE invitation (
	"user"     TEXT   NOT NULL PRIMARY KEY,
	token_hash BYTEA  NOT NULL UNIQUE, -- SHA-256 of 128 random bits
	expires_at BIGINT NOT NULL
);

-- A code that was sent to the telephone of a user. One a user. The challenge is
-- known to the browser that asked for it alone, so that a copy of the ledger
-- does not tell which of the million codes it was.
CREATE TABLE entry_code (
	"user"         TEXT    NOT NULL PRIMARY KEY,
	challenge_hash BYTEA   NOT NULL UNIQUE, -- SHA-256 of 128 random bits
	code_hash      BYTEA   NOT NULL,        -- SHA-256 of challenge and code
	expires_at     BIGINT  NOT NULL,
	tries          INTEGER NOT NULL
);

-- What is looked for when old data is erased.
CREATE INDEX incident_resident ON incident (resident) WHERE resident <> '';
CREATE INDEX event_received_at ON event (received_at) WHERE data IS NOT NULL;
