-- One column ($1 schema, $2 table, $3 column): the schema of its type's equality operator, and the type as people know
-- it. A domain's operators are those of its base type.
WITH RECURSIVE type(oid, base) AS (
  SELECT t.oid, t.typbasetype
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
   WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3 AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT t.oid, t.typbasetype FROM type JOIN pg_catalog.pg_type t ON t.oid = type.base
)
SELECT n.nspname AS operator_schema, t.oid::regtype::text AS type
  FROM type
  JOIN pg_catalog.pg_type t ON t.oid = type.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE type.base = 0
