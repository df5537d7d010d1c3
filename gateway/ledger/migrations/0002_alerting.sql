-- +goose Up
-- What the alerting core keeps: who is told by which ways, what happens when,
-- and the configuration that people edit. Times are microseconds since 1970 in
-- UTC.

ALTER TABLE site ADD COLUMN arrive_s INTEGER NOT NULL DEFAULT 0; -- 0: the usual of the kind
ALTER TABLE site ADD COLUMN cancel_s INTEGER NOT NULL DEFAULT 0;

ALTER TABLE point ADD COLUMN kind     TEXT    NOT NULL DEFAULT '';
ALTER TABLE point ADD COLUMN power    TEXT    NOT NULL DEFAULT '';
ALTER TABLE point ADD COLUMN report_s INTEGER NOT NULL DEFAULT 0;

ALTER TABLE resident ADD COLUMN contacts TEXT NOT NULL DEFAULT '[]'; -- JSON
-- When staff last recorded the consent; from then on a plan does not change it.
ALTER TABLE resident ADD COLUMN consent_at BIGINT;

ALTER TABLE "user" ADD COLUMN relation TEXT NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN contacts TEXT NOT NULL DEFAULT '[]'; -- JSON
ALTER TABLE "user" ADD COLUMN badge    TEXT NOT NULL DEFAULT '';

ALTER TABLE incident ADD COLUMN confirmed_at BIGINT;
ALTER TABLE incident ADD COLUMN confirmed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN cancelled_at BIGINT;
ALTER TABLE incident ADD COLUMN under        TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN untold_at    BIGINT;
CREATE INDEX incident_under ON incident (under) WHERE under <> '';

CREATE INDEX site_log_suppressed ON site_log (at) WHERE kind = 'point.suppressed';

CREATE TABLE timer (
	kind TEXT   NOT NULL,
	ref  TEXT   NOT NULL,
	site TEXT   NOT NULL,
	due  BIGINT NOT NULL,
	data TEXT, -- JSON, of whoever set it
	PRIMARY KEY (kind, ref)
);
CREATE INDEX timer_due ON timer (due, kind, ref);

-- The outbox. Contacts are personal data and lie here only.
CREATE TABLE notice (
	id         TEXT    NOT NULL PRIMARY KEY, -- the idempotency key at services
	incident   TEXT    NOT NULL,
	site       TEXT    NOT NULL,
	resident   TEXT    NOT NULL,
	class      TEXT    NOT NULL,
	phrase     TEXT    NOT NULL,
	family     BOOLEAN NOT NULL,
	owner      TEXT    NOT NULL,
	language   TEXT    NOT NULL,
	policy     TEXT    NOT NULL,
	step       INTEGER NOT NULL,
	round      INTEGER NOT NULL,
	alarms     INTEGER NOT NULL,
	contacts   TEXT    NOT NULL, -- JSON
	contact_at INTEGER NOT NULL, -- how many of them failed
	state      TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'done', 'failed', 'dropped')),
	proof      INTEGER NOT NULL,
	service_id TEXT    NOT NULL,
	sent       TEXT    NOT NULL,
	tries      INTEGER NOT NULL,
	created_at BIGINT  NOT NULL,
	sent_at    BIGINT  NOT NULL,
	due        BIGINT  NOT NULL,
	reason     TEXT    NOT NULL,
	detail     TEXT    NOT NULL
);
CREATE INDEX notice_incident ON notice (incident, created_at, id) WHERE incident <> '';
CREATE INDEX notice_sent ON notice (sent) WHERE sent <> '';
CREATE INDEX notice_service_id ON notice (service_id) WHERE service_id <> '';
CREATE INDEX notice_waiting ON notice (owner, created_at, id) WHERE state = 'waiting';
CREATE INDEX notice_created_at ON notice (created_at);

CREATE TABLE shelf (
	site     TEXT    NOT NULL,
	point    TEXT    NOT NULL,
	class    TEXT    NOT NULL,
	repair   BOOLEAN NOT NULL,
	watch    TEXT    NOT NULL,
	by_id    TEXT    NOT NULL,
	by_name  TEXT    NOT NULL,
	by_at    BIGINT  NOT NULL,
	by_means TEXT    NOT NULL,
	ends_at  BIGINT  NOT NULL,
	reason   TEXT    NOT NULL,
	PRIMARY KEY (site, point, class)
);

-- A carer in a room.
CREATE TABLE presence (
	site     TEXT   NOT NULL,
	zone     TEXT   NOT NULL,
	by_id    TEXT   NOT NULL,
	by_name  TEXT   NOT NULL,
	by_at    BIGINT NOT NULL,
	by_means TEXT   NOT NULL,
	ends_at  BIGINT NOT NULL,
	PRIMARY KEY (site, zone)
);

-- What a rule for readings remembers of a point.
CREATE TABLE rule_condition (
	rule  TEXT NOT NULL,
	site  TEXT NOT NULL,
	point TEXT NOT NULL,
	body  TEXT NOT NULL, -- JSON
	PRIMARY KEY (rule, site, point)
);

CREATE TABLE document (
	site     TEXT    NOT NULL REFERENCES site (id),
	kind     TEXT    NOT NULL,
	name     TEXT    NOT NULL,
	body     BYTEA   NOT NULL,
	revision INTEGER NOT NULL,
	saved_at BIGINT  NOT NULL,
	saved_by TEXT    NOT NULL,
	PRIMARY KEY (site, kind, name)
);

-- Heads of site logs with the gateway's signature. Inspectors keep copies;
-- these here are compared with the chains as well.
CREATE TABLE signed_head (
	site       TEXT   NOT NULL,
	number     BIGINT NOT NULL,
	hash       BYTEA  NOT NULL,
	at         BIGINT NOT NULL,
	public_key BYTEA  NOT NULL,
	signature  BYTEA  NOT NULL,
	PRIMARY KEY (site, number)
);
