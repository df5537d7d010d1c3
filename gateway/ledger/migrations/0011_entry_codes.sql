-- +goose Up
-- Who asks for a code with somebody's number must not end the code that she asked
-- for herself: each challenge has a code of its own. Codes that were under way are
-- over with this, and asked for once more.

DROP TABLE entry_code;
-- A code that was sent to the telephone of a user, a few of them at a time. The
-- challenge is known to the browser that asked for it alone, so that a copy of the
-- ledger does not tell which of the million codes it was.
CREATE TABLE entry_code (
	challenge_hash BYTEA   NOT NULL PRIMARY KEY, -- SHA-256 of 128 random bits
	"user"         TEXT    NOT NULL,
	code_hash      BYTEA   NOT NULL, -- SHA-256 of challenge and code
	expires_at     BIGINT  NOT NULL,
	tries          INTEGER NOT NULL
);
CREATE INDEX entry_code_user ON entry_code ("user", expires_at);

-- The ways to a user as staff entered them last, JSON. Anybody may write anybody's
-- number among his own: where two have one, that of the staff tells whose it is.
ALTER TABLE "user" ADD COLUMN staff_contacts TEXT NOT NULL DEFAULT '[]';
UPDATE "user" SET staff_contacts = contacts;
