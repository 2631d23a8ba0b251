-- The tables that hold the rows of each of some tables: itself, or its leaves where it is partitioned. Foreign tables
-- are never among them: to read one would connect to somewhere. All at once, because for one of 5,000 at a time the
-- catalog would be read 5,000 times. `place` counts from 1, in the order of the names that were given.
SELECT wanted.place::int, c.oid::pg_catalog.regclass::text AS name
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted(schema, name, place)
CROSS JOIN LATERAL (SELECT pg_catalog.to_regclass(pg_catalog.format('%I.%I', wanted.schema, wanted.name)) AS oid) AS root
CROSS JOIN LATERAL (
  SELECT root.oid::pg_catalog.oid AS oid
  UNION
  SELECT tree.relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree(root.oid) AS tree
) AS leaf
JOIN pg_catalog.pg_class AS c ON c.oid = leaf.oid
WHERE c.relkind = 'r'
