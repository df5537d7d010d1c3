-- +goose Up
-- Photos of incidents, drawn anew from what somebody sent. The picture stands
-- last, since lists read all but that. Times are microseconds since 1970 in UTC.

CREATE TABLE incident_photo (
	id         TEXT    NOT NULL PRIMARY KEY,
	incident   TEXT    NOT NULL,
	site       TEXT    NOT NULL,
	number     BIGINT  NOT NULL, -- of the row of site_log that has the digest, too
	by_id      TEXT    NOT NULL,
	by_name    TEXT    NOT NULL,
	by_at      BIGINT  NOT NULL,
	by_means   TEXT    NOT NULL,
	digest     TEXT    NOT NULL, -- SHA-256 of picture, in hexadecimal
	bytes      INTEGER NOT NULL,
	width      INTEGER NOT NULL,
	height     INTEGER NOT NULL,
	deletes_at BIGINT  NOT NULL,
	picture    BYTEA   NOT NULL  -- JPEG
);
CREATE INDEX incident_photo_incident ON incident_photo (incident, by_at, id);
CREATE INDEX incident_photo_deletes_at ON incident_photo (deletes_at);
