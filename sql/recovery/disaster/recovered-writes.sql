-- Which of the writer's rows came back. A backup from before the writer began has no journal, and then none did.
-- The table may not exist, and SQL is parsed whole, so that the statement that reads it is a text of its own.
SELECT pg_catalog.to_regclass('ithaca_drill.writes') IS NOT NULL AS there
