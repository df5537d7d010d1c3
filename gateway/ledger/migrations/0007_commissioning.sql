-- +goose Up
-- Points that have proved themselves once, and tests for which somebody walks
-- through a floor. Times are microseconds since 1970 in UTC.

-- A point without a row is listed as not commissioned.
CREATE TABLE commissioned (
	site  TEXT   NOT NULL,
	point TEXT   NOT NULL,
	at    BIGINT NOT NULL,
	PRIMARY KEY (site, point)
);
INSERT INTO commissioned (site, point, at) SELECT site, point, time FROM last_seen;

CREATE TABLE walk_test (
	id       TEXT   NOT NULL PRIMARY KEY,
	site     TEXT   NOT NULL REFERENCES site (id),
	floor    TEXT   NOT NULL,
	by_id    TEXT   NOT NULL,
	by_name  TEXT   NOT NULL,
	began_at BIGINT NOT NULL,
	ends_at  BIGINT NOT NULL,
	ended_at BIGINT -- NULL while it runs
);
-- Two tests of one floor would tick off each other's points.
CREATE UNIQUE INDEX walk_test_running ON walk_test (site, floor) WHERE ended_at IS NULL;
CREATE INDEX walk_test_site ON walk_test (site, began_at);

CREATE TABLE walk_tick (
	test    TEXT    NOT NULL REFERENCES walk_test (id),
	point   TEXT    NOT NULL,
	class   TEXT    NOT NULL,
	at      BIGINT  NOT NULL, -- of the first trigger
	last_at BIGINT  NOT NULL,
	times   INTEGER NOT NULL,
	event   TEXT    NOT NULL, -- JSON of the last event
	alarmed BOOLEAN NOT NULL, -- it became an alarm
	PRIMARY KEY (test, point, class)
);
