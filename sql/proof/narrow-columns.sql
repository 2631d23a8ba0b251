-- The columns of a relation ($1: oid) as its census hashes them: in the order of their names, without virtual generated
-- ones. `type` is the base type of a domain, so that a scratch column takes whatever the archive holds. `generated` is
-- the expression of a stored generated column, which no archive holds.
WITH RECURSIVE base(attnum, oid, typmod) AS (
  SELECT a.attnum, a.atttypid, a.atttypmod
    FROM pg_catalog.pg_attribute a
   WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
  UNION ALL
  SELECT b.attnum, t.typbasetype, CASE WHEN b.typmod = -1 THEN t.typtypmod ELSE b.typmod END
    FROM base b
    JOIN pg_catalog.pg_type t ON t.oid = b.oid AND t.typtype = 'd'
)
SELECT a.attname AS name,
       pg_catalog.format_type(b.oid, b.typmod) AS type,
       pg_catalog.format_type(b.oid, NULL) AS bare_type,
       CASE WHEN a.attgenerated = 's' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS generated
  FROM base b
  JOIN pg_catalog.pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
  JOIN pg_catalog.pg_attribute a ON a.attrelid = $1 AND a.attnum = b.attnum
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 ORDER BY a.attname COLLATE "C"
