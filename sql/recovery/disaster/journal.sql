-- The journal of a drill's writer, in a made-up or copied production that will be destroyed. A schema of its own, so that
-- no rule of the application speaks to it; sequential numbers, so that a hole among what came back is seen.
CREATE SCHEMA IF NOT EXISTS ithaca_drill;
CREATE TABLE IF NOT EXISTS ithaca_drill.writes (
  id bigint PRIMARY KEY,
  written_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
