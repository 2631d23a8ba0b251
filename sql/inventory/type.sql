-- Enums, composite types, ranges (with their multirange) and base types.
-- `altered_companions` tells of a range type's constructors and multirange what is not as CREATE TYPE leaves it: no dump
-- carries it. The owner of a multirange is not told: in 15 it stays behind when the range type gets another.
-- Left out: row types of tables and views, array types and multiranges (they come with what they belong to), domains
-- (see domain.sql), members of extensions.
SELECT format('%I.%I', n.nspname, t.typname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'kind', CASE WHEN NOT t.typisdefined THEN 'shell' WHEN t.typtype = 'e' THEN 'enum' WHEN t.typtype = 'c' THEN 'composite'
            WHEN t.typtype = 'r' THEN 'range' ELSE 'base' END,
    'owner', pg_get_userbyid(t.typowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(t.typacl, acldefault('T', t.typowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'labels', (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid),
    'fields', (SELECT jsonb_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                 || CASE WHEN a.attcollation <> f.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
                 ORDER BY a.attnum)
               FROM pg_attribute AS a JOIN pg_type AS f ON f.oid = a.atttypid
               WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
    'range', (SELECT jsonb_strip_nulls(jsonb_build_object(
                'subtype', format_type(r.rngsubtype, NULL),
                'operator_class', (SELECT format('%I.%I', o.nspname, k.opcname) FROM pg_opclass AS k
                                   JOIN pg_namespace AS o ON o.oid = k.opcnamespace WHERE k.oid = r.rngsubopc),
                'collation', CASE WHEN r.rngcollation <> 0 THEN r.rngcollation::regcollation::text END,
                'canonical', nullif(r.rngcanonical::text, '-'),
                'difference', nullif(r.rngsubdiff::text, '-'),
                'multirange', format_type(r.rngmultitypid, NULL)))
              FROM pg_range AS r WHERE r.rngtypid = t.oid),
    'altered_companions', (
      SELECT jsonb_agg(x.line ORDER BY x.line COLLATE "C")
      FROM pg_range AS r
      CROSS JOIN LATERAL (
        SELECT concat_ws(' ', p.oid::regprocedure, CASE WHEN p.proowner <> 10 THEN pg_get_userbyid(p.proowner) END, p.proacl::text,
          p.proconfig::text, CASE WHEN p.prosecdef THEN 'security definer' END, CASE WHEN p.proleakproof THEN 'leakproof' END,
          CASE WHEN p.provolatile <> 'i' THEN 'not immutable' END) AS line
        FROM pg_depend AS d
        JOIN pg_proc AS p ON p.oid = d.objid
        WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'i'
          AND d.refclassid = 'pg_type'::regclass AND d.refobjid IN (r.rngtypid, r.rngmultitypid)
          AND (p.proowner <> 10 OR p.proacl IS NOT NULL OR p.proconfig IS NOT NULL OR p.prosecdef OR p.proleakproof
               OR p.provolatile <> 'i')
        UNION ALL
        SELECT concat_ws(' ', format_type(m.oid, NULL), m.typacl::text) FROM pg_type AS m
        WHERE m.oid = r.rngmultitypid AND m.typacl IS NOT NULL) AS x
      WHERE r.rngtypid = t.oid),
    'base', CASE WHEN t.typtype = 'b' THEN jsonb_strip_nulls(jsonb_build_object(
      'input', t.typinput::text, 'output', t.typoutput::text,
      'receive', nullif(t.typreceive::text, '-'), 'send', nullif(t.typsend::text, '-'),
      'modifier_in', nullif(t.typmodin::text, '-'), 'modifier_out', nullif(t.typmodout::text, '-'),
      'analyze', nullif(t.typanalyze::text, '-'), 'subscript', nullif(t.typsubscript::text, '-'),
      'length', t.typlen, 'by_value', t.typbyval, 'alignment', t.typalign, 'storage', t.typstorage,
      'category', t.typcategory, 'preferred', t.typispreferred, 'delimiter', t.typdelim,
      'element', CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END,
      'default', t.typdefault, 'collatable', t.typcollation <> 0)) END
  )) AS attributes
FROM pg_type AS t
JOIN pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_class AS c ON c.oid = t.typrelid
WHERE t.typnamespace <> ALL (:namespaces)
  AND (t.typtype IN ('e', 'r', 'b') OR (t.typtype = 'c' AND c.relkind = 'c') OR (t.typtype = 'p' AND NOT t.typisdefined))
  AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.oid = t.typelem AND e.typarray = t.oid)
  AND t.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.deptype = 'e');
