-- Definitions of sequences. Their values ignore snapshots and are the census' matter. Numbers are text: they may exceed
-- what JSON readers keep exactly. `owned_by` is the serial or identity column whose drop takes the sequence along.
-- `column_type` is there only where the sequence of an identity is of another type than its column, as CREATE TABLE (LIKE ...
-- INCLUDING IDENTITY) makes it: a dump makes it of the column's.
-- Left out: identity sequences of excluded tables, as in the dump; a serial's owner where that table is excluded.
SELECT format('%I.%I', n.nspname, c.relname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(c.relowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(c.relacl, acldefault('s', c.relowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'persistence', CASE c.relpersistence WHEN 'p' THEN 'permanent' ELSE 'unlogged' END,
    'type', format_type(s.seqtypid, NULL),
    'start', s.seqstart::text,
    'increment', s.seqincrement::text,
    'minimum', s.seqmin::text,
    'maximum', s.seqmax::text,
    'cache', s.seqcache::text,
    'cycles', s.seqcycle,
    'table', CASE WHEN t.oid <> ALL (:relations) THEN t.oid::regclass::text END,
    'owned_by', CASE WHEN t.oid <> ALL (:relations) THEN t.oid::regclass || '.' || quote_ident(a.attname) END,
    'identity', nullif(o.deptype = 'i', false),
    'column_type', CASE WHEN o.deptype = 'i' AND s.seqtypid <> a.atttypid THEN format_type(a.atttypid, NULL) END
  )) AS attributes
FROM pg_class AS c
JOIN pg_sequence AS s ON s.seqrelid = c.oid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_depend AS o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0
  AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
LEFT JOIN pg_class AS t ON t.oid = o.refobjid
LEFT JOIN pg_attribute AS a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
WHERE c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations)
  AND NOT (coalesce(o.deptype = 'i', false) AND o.refobjid = ANY (:relations));
