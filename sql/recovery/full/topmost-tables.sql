-- Tables ($1: schemas, $2: names) by the names under which a census counts them: a partition's rows under its topmost table.
-- A table that is not there keeps its own name.
SELECT DISTINCT pg_catalog.format('%I.%I', coalesce(tn.nspname, k.schema), coalesce(t.relname, k.name)) AS name
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS k (schema, name)
LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = k.schema
LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = k.name
LEFT JOIN pg_catalog.pg_class AS t ON t.oid = coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid)
LEFT JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
ORDER BY name
