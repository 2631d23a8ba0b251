-- Tables whose rows are not in the write-ahead log: on a copy they are empty. Those of other sessions are nobody's.
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'u'
ORDER BY 1
