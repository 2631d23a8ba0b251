-- After the way back, on the project: rows that only the own server had (two new, and one whose change is newer than the
-- oldest row that neither side touched), and the row that both had changed, still as the project has it.
SELECT
  (SELECT count(*) FROM ithaca_drill.writes WHERE id IN (-1, -2))::int
    + (SELECT count(*) FROM ithaca_drill.writes AS w
       WHERE w.id = 1 AND w.written_at > (SELECT written_at FROM ithaca_drill.writes WHERE id = 4))::int AS own,
  (SELECT count(*) FROM ithaca_drill.writes WHERE id = 2 AND written_at = '2999-01-01 00:00:00+00')::int AS project
