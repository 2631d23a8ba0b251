-- Operators. Those without a function are only names that another one promised or left behind: no dump has them.
SELECT o.oid::regoperator::text AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(o.oprowner),
    'function', nullif(o.oprcode::text, '-'),
    'returns', CASE WHEN o.oprresult <> 0 THEN format_type(o.oprresult, NULL) END,
    'commutator', CASE WHEN o.oprcom <> 0 THEN o.oprcom::regoperator::text END,
    'negator', CASE WHEN o.oprnegate <> 0 THEN o.oprnegate::regoperator::text END,
    'restrict', nullif(o.oprrest::text, '-'),
    'join', nullif(o.oprjoin::text, '-'),
    'merges', o.oprcanmerge,
    'hashes', o.oprcanhash
  )) AS attributes
FROM pg_operator AS o
WHERE o.oprcode <> 0 AND o.oprnamespace <> ALL (:namespaces)
  AND o.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_operator'::regclass AND d.deptype = 'e');
