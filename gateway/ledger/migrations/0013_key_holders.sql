-- +goose Up
-- Who has a key to the home of those for whom he is called, and how one gets in
-- without.

ALTER TABLE "user"   ADD COLUMN key_holder BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE resident ADD COLUMN access_zh  TEXT    NOT NULL DEFAULT '';
ALTER TABLE resident ADD COLUMN access_en  TEXT    NOT NULL DEFAULT '';
