-- The types that values of the given types ($1: oids) are made of, as far as a domain may hide in them: domains with
-- their constraints, elements of arrays, attributes of composite types, subtypes of ranges.
WITH RECURSIVE reached AS (
  SELECT unnest($1::oid[]) AS oid
  UNION
  SELECT part.oid
    FROM reached
    JOIN pg_catalog.pg_type t ON t.oid = reached.oid
   CROSS JOIN LATERAL (
     SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
     UNION ALL SELECT t.typelem WHERE t.typtype = 'b' AND t.typcategory = 'A'
     UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
     UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
                WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
   ) AS part
)
SELECT t.oid::bigint::float8 AS oid,
       CASE WHEN t.typtype = 'd' THEN 'domain'
            WHEN t.typtype = 'c' THEN 'composite'
            WHEN t.typtype IN ('r', 'm') THEN 'range'
            ELSE 'array' END AS kind,
       format('%I.%I', n.nspname, t.typname) AS name,
       -- What a value of this type is a wrapping of.
       (CASE WHEN t.typtype = 'd' THEN t.typbasetype
             WHEN t.typtype IN ('r', 'm')
             THEN (SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid))
             ELSE t.typelem END)::bigint::float8 AS inner,
       CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base,
       t.typtype = 'd' AND t.typnotnull AS not_null,
       coalesce((SELECT json_agg(json_build_object(
                          'name', quote_ident(k.conname),
                          'expression', pg_catalog.pg_get_expr(k.conbin, 0),
                          'binding', k.convalidated)
                        ORDER BY k.conname)
                   FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '[]') AS checks,
       coalesce((SELECT json_agg(json_build_object('column', a.attname, 'type', a.atttypid::bigint) ORDER BY a.attnum)
                   FROM pg_catalog.pg_attribute a
                  WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
                '[]') AS attributes
  FROM reached
  JOIN pg_catalog.pg_type t ON t.oid = reached.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE t.typtype IN ('d', 'c', 'r', 'm') OR t.typtype = 'b' AND t.typcategory = 'A'
