-- Functions, procedures, aggregates and window functions, in parts that together are the whole definition, so that a
-- difference names the part. (pg_get_functiondef would say the same in one text, and refuses aggregates.)
-- The name bears the input types only, as DROP FUNCTION takes them; argument names, defaults and OUT arguments are in
-- `arguments`.
-- Left out: members of extensions (see extension-member.sql), constructors of range types (they come with the type).
SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'kind', CASE p.prokind WHEN 'f' THEN 'function' WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'window' END,
    'owner', pg_get_userbyid(p.proowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'language', l.lanname,
    'arguments', nullif(pg_get_function_arguments(p.oid), ''),
    'returns', pg_get_function_result(p.oid),
    'body', CASE WHEN p.prokind = 'a' THEN NULL WHEN p.prosqlbody IS NULL THEN p.prosrc
            ELSE pg_get_function_sqlbody(p.oid) END,
    'sql_body', nullif(p.prosqlbody IS NOT NULL, false),
    'library', p.probin,
    'volatility', CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
    'security_definer', p.prosecdef,
    'leakproof', p.proleakproof,
    'strict', p.proisstrict,
    'parallel', CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
    'cost', p.procost,
    'rows', CASE WHEN p.proretset THEN p.prorows END,
    'settings', (SELECT jsonb_agg(s ORDER BY s COLLATE "C") FROM unnest(p.proconfig) AS s),
    'support', CASE WHEN p.prosupport <> 0 THEN p.prosupport::text END,
    'transforms', (SELECT jsonb_agg(format_type(t, NULL)) FROM unnest(p.protrftypes) AS t),
    'aggregate', CASE WHEN p.prokind = 'a' THEN jsonb_strip_nulls(jsonb_build_object(
      'kind', g.aggkind,
      'direct_arguments', g.aggnumdirectargs,
      'transition', g.aggtransfn::text,
      'state', format_type(g.aggtranstype, NULL),
      'state_space', g.aggtransspace,
      'initial', g.agginitval,
      'final', nullif(g.aggfinalfn::text, '-'),
      'final_extra', g.aggfinalextra,
      'final_modify', g.aggfinalmodify,
      'combine', nullif(g.aggcombinefn::text, '-'),
      'serialize', nullif(g.aggserialfn::text, '-'),
      'deserialize', nullif(g.aggdeserialfn::text, '-'),
      'moving_transition', nullif(g.aggmtransfn::text, '-'),
      'moving_inverse', nullif(g.aggminvtransfn::text, '-'),
      'moving_final', nullif(g.aggmfinalfn::text, '-'),
      'moving_final_extra', g.aggmfinalextra,
      'moving_final_modify', g.aggmfinalmodify,
      'moving_state', CASE WHEN g.aggmtranstype <> 0 THEN format_type(g.aggmtranstype, NULL) END,
      'moving_space', g.aggmtransspace,
      'moving_initial', g.aggminitval,
      'sort_operator', CASE WHEN g.aggsortop <> 0 THEN g.aggsortop::regoperator::text END)) END
  )) AS attributes
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
LEFT JOIN pg_aggregate AS g ON g.aggfnoid = p.oid
WHERE p.pronamespace <> ALL (:namespaces)
  AND p.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.deptype IN ('e', 'i'));
