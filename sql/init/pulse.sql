-- How old the newest value of a column of the clock is, and the longest silence between the last 200 rows, in seconds.
-- `:column` and `:table` are quoted names. No row where nothing was ever written.
SELECT
  extract(epoch FROM pg_catalog.now() - max(at))::float8 AS age_s,
  coalesce(extract(epoch FROM max(gap)), 0)::float8 AS longest_gap_s
FROM (
  SELECT at, at - lag(at) OVER (ORDER BY at) AS gap
  FROM (SELECT :column::timestamptz AS at FROM :table WHERE :column IS NOT NULL AND :column <= pg_catalog.now() ORDER BY :column DESC LIMIT 200) AS newest
) AS gaps
HAVING count(*) > 0;
