-- What is written on the own server while the provider is away, for the rehearsal on throwaways: two new rows, two changed
-- ones, of which the project changes one too, and one that is deleted. The times are of the writing, as an application's are.
INSERT INTO ithaca_drill.writes (id) VALUES (-1), (-2);
UPDATE ithaca_drill.writes SET written_at = pg_catalog.clock_timestamp() WHERE id IN (1, 2);
DELETE FROM ithaca_drill.writes WHERE id = 3
