-- +goose Up
-- For which authority an inspector works; empty means civil affairs.

ALTER TABLE "user" ADD COLUMN authority TEXT NOT NULL DEFAULT '';
