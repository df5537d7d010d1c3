-- +goose Up
-- Alarms that no board showed and sounded, and for which the ladder went on for
-- that reason. Times are microseconds since 1970 in UTC.

CREATE TABLE board_passed (
	incident TEXT    NOT NULL,
	alarms   INTEGER NOT NULL, -- the number of the alarm
	at       BIGINT  NOT NULL, -- the latest time
	PRIMARY KEY (incident, alarms)
);
