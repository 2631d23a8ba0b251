-- The columns of tables ($1) that may be written, each with the name of its type. Of a domain the base type counts, since
-- its values are that type's; a generated column is what its expression gives.
WITH RECURSIVE base AS (
  SELECT a.attrelid, a.attnum, a.attname, a.attnotnull, a.atttypid AS type
  FROM pg_catalog.pg_attribute AS a
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  UNION ALL
  SELECT b.attrelid, b.attnum, b.attname, b.attnotnull OR t.typnotnull, t.typbasetype
  FROM base AS b
  JOIN pg_catalog.pg_type AS t ON t.oid = b.type AND t.typtype = 'd'
)
SELECT b.attrelid AS oid,
  pg_catalog.quote_ident(b.attname) AS name,
  pg_catalog.format_type(b.type, NULL) AS type,
  NOT b.attnotnull AS nullable,
  EXISTS (SELECT FROM pg_catalog.pg_index AS i
          WHERE i.indrelid = b.attrelid AND i.indisprimary AND b.attnum = ANY (i.indkey)) AS key
FROM base AS b
JOIN pg_catalog.pg_type AS t ON t.oid = b.type
WHERE t.typtype <> 'd'
ORDER BY b.attrelid, b.attnum;
