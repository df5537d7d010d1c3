-- +goose Up
-- What a ward works with besides its incidents. Times are microseconds since
-- 1970 in UTC.

-- The drawings of floors that somebody brought, as they are served: with nothing
-- in them that runs or that comes from elsewhere.
CREATE TABLE floor_drawing (
	site     TEXT   NOT NULL,
	floor    TEXT   NOT NULL,
	svg      TEXT   NOT NULL,
	digest   TEXT   NOT NULL, -- SHA-256 of svg, in hexadecimal
	by_id    TEXT   NOT NULL,
	by_name  TEXT   NOT NULL,
	by_at    BIGINT NOT NULL,
	by_means TEXT   NOT NULL,
	PRIMARY KEY (site, floor)
);

-- What people with tablets said of residents while a house was cleared: each
-- tick is a row, and of a resident the latest by by_at counts.
CREATE TABLE evacuation_tick (
	id          TEXT    NOT NULL PRIMARY KEY, -- given by the tablet
	incident    TEXT    NOT NULL,
	site        TEXT    NOT NULL,
	resident    TEXT    NOT NULL,
	is_out      BOOLEAN NOT NULL, -- FALSE: inside after all
	by_id       TEXT    NOT NULL,
	by_name     TEXT    NOT NULL,
	by_at       BIGINT  NOT NULL, -- when she ticked, which may be long before it came
	by_means    TEXT    NOT NULL,
	received_at BIGINT  NOT NULL
);
CREATE INDEX evacuation_tick_incident ON evacuation_tick (incident, by_at, id);

-- Hand-overs of a shift. Page is what both had before them.
CREATE TABLE handover (
	id       TEXT   NOT NULL PRIMARY KEY,
	site     TEXT   NOT NULL,
	from_at  BIGINT NOT NULL, -- the hand-over before, or where the first one begins
	to_at    BIGINT NOT NULL,
	note     TEXT   NOT NULL,
	page     TEXT   NOT NULL, -- JSON
	digest   TEXT   NOT NULL, -- SHA-256 of page and note, in hexadecimal
	out_id   TEXT   NOT NULL, -- who goes
	out_name TEXT   NOT NULL,
	out_at   BIGINT NOT NULL,
	in_id    TEXT   NOT NULL, -- who comes; empty until she has signed
	in_name  TEXT   NOT NULL,
	in_at    BIGINT NOT NULL
);
CREATE INDEX handover_site ON handover (site, to_at);
