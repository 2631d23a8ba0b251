-- What a table ($1 schema, $2 name) is, as far as bringing rows back depends on it. `kind` is pg_class.relkind. Columns come
-- in their physical order; `generated` and `identity` are as in pg_attribute. `types_own` says whether a type comes from this
-- database, so that its labels must be compared too.
SELECT c.oid::pg_catalog.int8::text AS oid,
       c.relkind AS kind,
       c.relispartition AS partition,
       EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) AS part
                 JOIN pg_catalog.pg_class leaf ON leaf.oid = part.relid AND leaf.relkind = 'f') AS partly_foreign,
       c.relrowsecurity AS rls,
       c.relforcerowsecurity AS forced_rls,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') AS may_read,
       pg_catalog.count(i.indexrelid) FILTER (WHERE NOT i.indimmediate) > 0 AS deferrable_unique,
       (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                 'name', a.attname,
                 'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
                 'not_null', a.attnotnull,
                 'has_default', a.atthasdef AND a.attgenerated = '' OR t.typdefault IS NOT NULL,
                 'generated', a.attgenerated,
                 'identity', a.attidentity)
               ORDER BY a.attnum), '[]')
          FROM pg_catalog.pg_attribute a
          JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion) AND i.indisvalid
 WHERE n.nspname = $1 AND c.relname = $2
 GROUP BY c.oid
