-- +goose Up
-- What the pages of wards, inspectors, families and administrators work with.
-- Times are microseconds since 1970 in UTC.

ALTER TABLE site ADD COLUMN telephone TEXT             NOT NULL DEFAULT '';
ALTER TABLE site ADD COLUMN longitude DOUBLE PRECISION NOT NULL DEFAULT 0; -- both 0: not known
ALTER TABLE site ADD COLUMN latitude  DOUBLE PRECISION NOT NULL DEFAULT 0;

ALTER TABLE zone ADD COLUMN kind  TEXT NOT NULL DEFAULT '';
ALTER TABLE zone ADD COLUMN shape TEXT NOT NULL DEFAULT ''; -- corners in metres

ALTER TABLE point ADD COLUMN retired BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE resident ADD COLUMN zone            TEXT    NOT NULL DEFAULT '';
ALTER TABLE resident ADD COLUMN bed             TEXT    NOT NULL DEFAULT '';
ALTER TABLE resident ADD COLUMN mobility        TEXT    NOT NULL DEFAULT '';
ALTER TABLE resident ADD COLUMN oxygen          BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE resident ADD COLUMN away            BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE resident ADD COLUMN routine_zh      TEXT    NOT NULL DEFAULT '';
ALTER TABLE resident ADD COLUMN routine_en      TEXT    NOT NULL DEFAULT '';
ALTER TABLE resident ADD COLUMN routine_consent BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE resident ADD COLUMN left_at         BIGINT; -- NULL while he is watched

ALTER TABLE "user" ADD COLUMN station     TEXT    NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN disabled    BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE "user" ADD COLUMN must_change BOOLEAN NOT NULL DEFAULT FALSE; -- the password is good for one sign-in
ALTER TABLE "user" ADD COLUMN subject     TEXT    NOT NULL DEFAULT '';    -- at an OpenID Connect provider
ALTER TABLE "user" ADD COLUMN pin_hash    TEXT    NOT NULL DEFAULT '';    -- argon2id
ALTER TABLE "user" ADD COLUMN totp_secret TEXT    NOT NULL DEFAULT '';
CREATE UNIQUE INDEX user_subject ON "user" (subject) WHERE subject <> '';

-- The log of the gateway itself, sign-ins, looks and changes, is chained like
-- that of a site and belongs to none: these two tables refer to no site any more.
CREATE TABLE site_log_0004 (
	site      TEXT   NOT NULL,
	number    BIGINT NOT NULL,
	at        BIGINT NOT NULL,
	kind      TEXT   NOT NULL,
	incident  TEXT   NOT NULL,
	canonical BYTEA  NOT NULL,
	prev      BYTEA  NOT NULL,
	hash      BYTEA  NOT NULL,
	PRIMARY KEY (site, number)
);
INSERT INTO site_log_0004 SELECT site, number, at, kind, incident, canonical, prev, hash FROM site_log;
DROP TABLE site_log;
ALTER TABLE site_log_0004 RENAME TO site_log;
CREATE INDEX site_log_incident ON site_log (incident, number) WHERE incident <> '';
CREATE INDEX site_log_suppressed ON site_log (at) WHERE kind = 'point.suppressed';

CREATE TABLE site_head_0004 (
	site   TEXT   NOT NULL PRIMARY KEY,
	number BIGINT NOT NULL,
	hash   BYTEA  NOT NULL
);
INSERT INTO site_head_0004 SELECT site, number, hash FROM site_head;
DROP TABLE site_head;
ALTER TABLE site_head_0004 RENAME TO site_head;
