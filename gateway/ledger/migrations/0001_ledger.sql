-- +goose Up
-- Times are microseconds since 1970 in UTC, digests are 32 raw bytes.

CREATE TABLE region (
	id      TEXT NOT NULL PRIMARY KEY,
	parent  TEXT NOT NULL,
	level   TEXT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL
);

CREATE TABLE site (
	id         TEXT NOT NULL PRIMARY KEY,
	kind       TEXT NOT NULL,
	name_zh    TEXT NOT NULL,
	name_en    TEXT NOT NULL,
	region     TEXT NOT NULL,
	address_zh TEXT NOT NULL,
	address_en TEXT NOT NULL,
	time_zone  TEXT NOT NULL
);

CREATE TABLE zone (
	site    TEXT NOT NULL REFERENCES site (id),
	id      TEXT NOT NULL,
	floor   TEXT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	PRIMARY KEY (site, id)
);

CREATE TABLE point (
	site         TEXT NOT NULL REFERENCES site (id),
	id           TEXT NOT NULL,
	edge         TEXT NOT NULL,
	zone         TEXT NOT NULL,
	name_zh      TEXT NOT NULL,
	name_en      TEXT NOT NULL,
	bed          TEXT NOT NULL,
	resident     TEXT NOT NULL,
	unregistered BOOLEAN NOT NULL,
	PRIMARY KEY (site, id)
);

CREATE TABLE edge (
	site        TEXT NOT NULL REFERENCES site (id),
	id          TEXT NOT NULL,
	name_zh     TEXT NOT NULL,
	name_en     TEXT NOT NULL,
	secret_hash BYTEA, -- SHA-256 of the secret; NULL while it cannot sign in
	PRIMARY KEY (site, id)
);

CREATE TABLE resident (
	id             TEXT NOT NULL PRIMARY KEY,
	site           TEXT NOT NULL REFERENCES site (id),
	name           TEXT NOT NULL,
	risk_zh        TEXT NOT NULL,
	risk_en        TEXT NOT NULL,
	family_consent BOOLEAN NOT NULL
);

CREATE TABLE "user" (
	id            TEXT NOT NULL PRIMARY KEY,
	login         TEXT NOT NULL UNIQUE,
	name          TEXT NOT NULL,
	role          TEXT NOT NULL,
	scope         TEXT NOT NULL, -- JSON
	password_hash TEXT NOT NULL  -- argon2id; empty while he cannot sign in
);

CREATE TABLE session (
	token_hash BYTEA  NOT NULL PRIMARY KEY, -- SHA-256: a stolen copy of the ledger signs nobody in
	data       BYTEA  NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX session_expires_at ON session (expires_at);

CREATE TABLE setting (
	key   TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
);

-- (source, id) identifies an event in CloudEvents; it makes at-least-once on
-- the wire exactly once in the book.
CREATE TABLE event (
	source      TEXT   NOT NULL,
	id          TEXT   NOT NULL,
	site        TEXT   NOT NULL REFERENCES site (id),
	point       TEXT   NOT NULL,
	class       TEXT   NOT NULL,
	phase       TEXT   NOT NULL,
	time        BIGINT NOT NULL,
	sent_time   BIGINT NOT NULL,
	clock       TEXT   NOT NULL,
	sequence    BIGINT NOT NULL,
	via         TEXT   NOT NULL,
	received_at BIGINT NOT NULL,
	data        TEXT, -- JSON
	PRIMARY KEY (source, id)
);
CREATE INDEX event_point ON event (site, point, time);

CREATE TABLE point_state (
	site       TEXT    NOT NULL REFERENCES site (id),
	point      TEXT    NOT NULL,
	class      TEXT    NOT NULL,
	active     BOOLEAN NOT NULL,
	sequence   BIGINT  NOT NULL,
	changed_at BIGINT  NOT NULL,
	PRIMARY KEY (site, point, class)
);

CREATE TABLE incident (
	id             TEXT    NOT NULL PRIMARY KEY,
	site           TEXT    NOT NULL REFERENCES site (id),
	class          TEXT    NOT NULL,
	key            TEXT    NOT NULL,
	point          TEXT    NOT NULL,
	zone           TEXT    NOT NULL,
	resident       TEXT    NOT NULL,
	severity       INTEGER NOT NULL,
	state          TEXT    NOT NULL CHECK (state IN ('raised', 'accepted', 'arrived', 'resolved')),
	active         BOOLEAN NOT NULL,
	happened_at    BIGINT  NOT NULL,
	raised_at      BIGINT  NOT NULL,
	alarmed_at     BIGINT  NOT NULL,
	alarms         INTEGER NOT NULL,
	cleared_at     BIGINT,
	accepted_at    BIGINT, -- NULL while nobody has; so for the two others
	accepted_by    TEXT    NOT NULL,
	accepted_name  TEXT    NOT NULL,
	accepted_means TEXT    NOT NULL,
	arrived_at     BIGINT,
	arrived_by     TEXT    NOT NULL,
	arrived_name   TEXT    NOT NULL,
	arrived_means  TEXT    NOT NULL,
	resolved_at    BIGINT,
	resolved_by    TEXT    NOT NULL,
	resolved_name  TEXT    NOT NULL,
	resolved_means TEXT    NOT NULL,
	cause          TEXT    NOT NULL,
	reason         TEXT    NOT NULL,
	note           TEXT    NOT NULL,
	late           BOOLEAN NOT NULL,
	clock          TEXT    NOT NULL,
	evidence       TEXT, -- JSON
	revision       INTEGER NOT NULL,
	CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
);
-- However many copies of an alarm arrive and however many gateways take them,
-- one incident is open.
CREATE UNIQUE INDEX incident_open ON incident (site, class, key) WHERE state <> 'resolved';
CREATE INDEX incident_resolved_at ON incident (resolved_at) WHERE state = 'resolved';
CREATE INDEX incident_raised_at ON incident (raised_at, id);

-- The log of a site. canonical is what the chain covers, kept as it was
-- written; at, kind and incident repeat parts of it for look-ups.
CREATE TABLE site_log (
	site      TEXT   NOT NULL REFERENCES site (id),
	number    BIGINT NOT NULL,
	at        BIGINT NOT NULL,
	kind      TEXT   NOT NULL,
	incident  TEXT   NOT NULL,
	canonical BYTEA  NOT NULL,
	prev      BYTEA  NOT NULL,
	hash      BYTEA  NOT NULL,
	PRIMARY KEY (site, number)
);
CREATE INDEX site_log_incident ON site_log (incident, number) WHERE incident <> '';

-- Personal data of log rows: canonical holds their salted digests only, so
-- rows here can be erased and the chain still verifies. One salt a field, so
-- that erasing one leaves nothing to guess it by.
CREATE TABLE site_log_private (
	site   TEXT   NOT NULL,
	number BIGINT NOT NULL,
	field  TEXT   NOT NULL CHECK (field IN ('name', 'note')),
	salt   BYTEA  NOT NULL,
	text   TEXT   NOT NULL,
	PRIMARY KEY (site, number, field)
);

CREATE TABLE site_head (
	site   TEXT   NOT NULL PRIMARY KEY REFERENCES site (id),
	number BIGINT NOT NULL,
	hash   BYTEA  NOT NULL
);

CREATE TABLE feed (
	number   BIGINT NOT NULL PRIMARY KEY,
	at       BIGINT NOT NULL,
	site     TEXT   NOT NULL,
	resident TEXT   NOT NULL,
	kind     TEXT   NOT NULL,
	ref      TEXT   NOT NULL
);

CREATE TABLE feed_head (
	id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
	number BIGINT  NOT NULL
);
INSERT INTO feed_head (id, number) VALUES (1, 0);

CREATE TABLE last_seen (
	site  TEXT   NOT NULL,
	point TEXT   NOT NULL,
	time  BIGINT NOT NULL,
	PRIMARY KEY (site, point)
);

CREATE TABLE edge_state (
	site        TEXT   NOT NULL,
	edge        TEXT   NOT NULL,
	state       TEXT   NOT NULL, -- JSON as the edge sends it
	received_at BIGINT NOT NULL,
	clock_offset BIGINT NOT NULL, -- microseconds to add to the edge's clock
	PRIMARY KEY (site, edge)
);

CREATE TABLE quarantine (
	number  BIGINT NOT NULL PRIMARY KEY,
	at      BIGINT NOT NULL,
	site    TEXT   NOT NULL,
	edge    TEXT   NOT NULL,
	topic   TEXT   NOT NULL,
	reason  TEXT   NOT NULL,
	detail  TEXT   NOT NULL,
	payload BYTEA  NOT NULL
);
