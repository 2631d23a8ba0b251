-- For each table the column that says when a row was made, where one says so by its name: rows younger than the restore
-- point are then known exactly. Only columns with a time zone: of others nobody knows which instant they mean.
SELECT DISTINCT ON (c.oid)
  c.oid,
  quote_ident(a.attname) AS column
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid = ANY ($1::oid[])
  AND a.atttypid = 'pg_catalog.timestamptz'::regtype
  AND a.attname IN ('created_at', 'inserted_at', 'createdat', 'created', 'created_on')
ORDER BY c.oid, a.attname
