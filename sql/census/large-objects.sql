-- Number and order-free hash of all large objects, read in pieces of 4 MB: one may be larger than any value may be.
-- Its size is hashed as well, so that an empty one counts, and so that trailing zeros do. 262144 is INV_READ.
WITH sized AS MATERIALIZED (
  SELECT opened.oid, pg_catalog.lo_lseek64(opened.fd, 0, 2) AS bytes, pg_catalog.lo_close(opened.fd) AS closed
  FROM (
    SELECT m.oid, pg_catalog.lo_open(m.oid, 262144) AS fd FROM pg_catalog.pg_largeobject_metadata m OFFSET 0
  ) AS opened
),
pieces AS (
  SELECT s.oid::text || ' ' || s.bytes AS text FROM sized s
  UNION ALL
  SELECT s.oid::text || ' ' || start || ' '
    || pg_catalog.encode(pg_catalog.sha256(pg_catalog.lo_get(s.oid, start, 4194304)), 'hex')
  FROM sized s CROSS JOIN LATERAL pg_catalog.generate_series(0, s.bytes - 1, 4194304) AS start
)
SELECT
  (SELECT count(*) FROM sized)::float8 AS count,
  coalesce(sum(pg_catalog.hashtextextended(text COLLATE "C", 0)), 0) || ':'
    || coalesce(sum(pg_catalog.hashtextextended(text COLLATE "C", 1)), 0) AS hash
FROM pieces
