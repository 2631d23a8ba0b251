-- Members of extensions, to tell which were altered after CREATE EXTENSION: a dump carries grants, policies and security
-- labels of members, and nothing else that was done to them.
--   definition       digest of what the member is: body and settings of a function, a table's columns, options, constraints,
--                    indexes, triggers and rules, the options of a text search dictionary, ...; absent for kinds that cannot
--                    be altered in place
--   sequence, fields what a sequence counts, and what a composite type is made of
--   aggregate        how an aggregate computes
--   granted, revoked the difference between the grants and what the extension's script left (pg_init_privs); `<owner>`
--                    stands for the owner, who is another one in a copy
--   owner            only where it is not the extension's
--   touched          whether a row of the member is of another transaction than its membership, so that it *may* have been
--                    altered (also by a grant, or by ALTER EXTENSION UPDATE). Never compared; it tells an altered source
--                    from an altered copy.
WITH member AS (
  SELECT d.classid, d.objid, d.xmin AS born, e.extname, e.extowner
  FROM pg_depend AS d
  JOIN pg_extension AS e ON e.oid = d.refobjid
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.objsubid = 0 AND e.oid <> ALL (:extensions)
), relation_part AS (
  SELECT m.objid, a.xmin AS written, 1 AS rank, concat_ws(' ', a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
      a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)) AS line
  FROM member AS m
  JOIN pg_attribute AS a ON a.attrelid = m.objid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE m.classid = 'pg_class'::regclass
  UNION ALL
  SELECT m.objid, k.xmin, 2, concat_ws(' ', k.conname, pg_get_constraintdef(k.oid)) FROM member AS m
  JOIN pg_constraint AS k ON k.conrelid = m.objid AND k.contype NOT IN ('t', 'n') WHERE m.classid = 'pg_class'::regclass
  UNION ALL
  SELECT m.objid, i.xmin, 3, pg_get_indexdef(i.indexrelid) FROM member AS m
  JOIN pg_index AS i ON i.indrelid = m.objid WHERE m.classid = 'pg_class'::regclass
  UNION ALL
  SELECT m.objid, t.xmin, 4, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid)) FROM member AS m
  JOIN pg_trigger AS t ON t.tgrelid = m.objid AND NOT t.tgisinternal WHERE m.classid = 'pg_class'::regclass
  UNION ALL
  SELECT m.objid, r.xmin, 5, concat_ws(' ', r.ev_enabled, pg_get_ruledef(r.oid)) FROM member AS m
  JOIN pg_rewrite AS r ON r.ev_class = m.objid WHERE m.classid = 'pg_class'::regclass
), fact AS MATERIALIZED (
  SELECT m.classid, m.objid, p.proowner AS owner, p.proacl AS acl, acldefault('f', p.proowner) AS standard,
    p.xmin <> m.born AS touched,
    concat_ws(' ', p.prosecdef, p.proleakproof, p.proisstrict, p.provolatile, p.proparallel, p.procost, p.prorows,
      p.prosupport::text, p.proconfig::text, p.probin, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
      p.prosrc, pg_get_function_sqlbody(p.oid)) AS definition,
    jsonb_build_object('security_definer', nullif(p.prosecdef, false), 'settings', to_jsonb(p.proconfig), 'aggregate', (
      SELECT concat_ws(' ', g.aggkind, g.aggnumdirectargs, g.aggtransfn, g.aggtranstype::regtype, g.aggtransspace,
        g.aggfinalfn, g.aggfinalextra, g.aggfinalmodify, g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggmtransfn,
        g.aggminvtransfn, g.aggmtranstype::regtype, g.aggmtransspace, g.aggmfinalfn, g.aggmfinalextra, g.aggmfinalmodify,
        g.aggsortop::regoperator, quote_nullable(g.agginitval), quote_nullable(g.aggminitval))
      FROM pg_aggregate AS g WHERE g.aggfnoid = p.oid)) AS more
  FROM member AS m JOIN pg_proc AS p ON p.oid = m.objid WHERE m.classid = 'pg_proc'::regclass
  UNION ALL
  SELECT m.classid, m.objid, c.relowner, c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner),
    c.xmin <> m.born OR coalesce((SELECT bool_or(x.written <> m.born) FROM relation_part AS x WHERE x.objid = m.objid), false),
    concat_ws(' ', c.relkind, c.relpersistence, c.relreplident, c.reloptions::text, c.relforcerowsecurity,
      (SELECT string_agg(x.line, '; ' ORDER BY x.rank, x.line COLLATE "C") FROM relation_part AS x WHERE x.objid = m.objid)),
    jsonb_build_object('row_security', nullif(c.relrowsecurity, false), 'sequence', (
      SELECT concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)
      FROM pg_sequence AS s WHERE s.seqrelid = c.oid))
  FROM member AS m JOIN pg_class AS c ON c.oid = m.objid WHERE m.classid = 'pg_class'::regclass
  UNION ALL
  SELECT m.classid, m.objid, t.typowner, t.typacl, acldefault('T', t.typowner),
    t.xmin <> m.born OR coalesce((SELECT bool_or(a.xmin <> m.born) FROM pg_attribute AS a
                                  WHERE t.typtype = 'c' AND a.attrelid = t.typrelid), false),
    concat_ws(' ', t.typtype, t.typnotnull, t.typdefault,
      (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid),
      (SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname) FROM pg_constraint AS k WHERE k.contypid = t.oid)),
    jsonb_build_object('fields', (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)),
                                    ', ' ORDER BY a.attnum)
                                  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind = 'c'
                                  WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
  FROM member AS m JOIN pg_type AS t ON t.oid = m.objid WHERE m.classid = 'pg_type'::regclass
  UNION ALL
  SELECT m.classid, m.objid, n.nspowner, n.nspacl, acldefault('n', n.nspowner), n.xmin <> m.born, NULL, NULL
  FROM member AS m JOIN pg_namespace AS n ON n.oid = m.objid WHERE m.classid = 'pg_namespace'::regclass
  UNION ALL
  SELECT m.classid, m.objid, l.lanowner, l.lanacl, acldefault('l', l.lanowner), l.xmin <> m.born, l.lanpltrusted::text, NULL
  FROM member AS m JOIN pg_language AS l ON l.oid = m.objid WHERE m.classid = 'pg_language'::regclass
  UNION ALL
  SELECT m.classid, m.objid, f.fdwowner, f.fdwacl, acldefault('F', f.fdwowner), f.xmin <> m.born,
    concat_ws(' ', f.fdwhandler::regproc, f.fdwvalidator::regproc, f.fdwoptions::text), NULL
  FROM member AS m JOIN pg_foreign_data_wrapper AS f ON f.oid = m.objid
  WHERE m.classid = 'pg_foreign_data_wrapper'::regclass
  UNION ALL
  SELECT m.classid, m.objid, v.evtowner, NULL, NULL, v.xmin <> m.born,
    concat_ws(' ', v.evtenabled, v.evtevent, v.evttags::text, v.evtfoid::regprocedure), NULL
  FROM member AS m JOIN pg_event_trigger AS v ON v.oid = m.objid WHERE m.classid = 'pg_event_trigger'::regclass
  UNION ALL
  SELECT m.classid, m.objid, s.srvowner, s.srvacl, acldefault('S', s.srvowner), s.xmin <> m.born,
    concat_ws(' ', s.srvtype, s.srvversion, s.srvoptions::text), NULL
  FROM member AS m JOIN pg_foreign_server AS s ON s.oid = m.objid WHERE m.classid = 'pg_foreign_server'::regclass
  UNION ALL
  SELECT m.classid, m.objid, t.dictowner, NULL, NULL, t.xmin <> m.born, concat_ws(' ', p.tmplname, t.dictinitoption), NULL
  FROM member AS m JOIN pg_ts_dict AS t ON t.oid = m.objid JOIN pg_ts_template AS p ON p.oid = t.dicttemplate
  WHERE m.classid = 'pg_ts_dict'::regclass
  UNION ALL
  SELECT m.classid, m.objid, c.cfgowner, NULL, NULL, c.xmin <> m.born OR coalesce(x.touched, false), concat_ws(' ', x.map), NULL
  FROM member AS m JOIN pg_ts_config AS c ON c.oid = m.objid
  CROSS JOIN LATERAL (
    SELECT bool_or(p.xmin <> m.born) AS touched,
      string_agg(concat_ws(' ', p.maptokentype, p.mapdict::regdictionary), ', ' ORDER BY p.maptokentype, p.mapseqno) AS map
    FROM pg_ts_config_map AS p WHERE p.mapcfg = c.oid) AS x
  WHERE m.classid = 'pg_ts_config'::regclass
  UNION ALL
  SELECT m.classid, m.objid, o.oprowner, NULL, NULL, o.xmin <> m.born,
    concat_ws(' ', o.oprcode, o.oprrest, o.oprjoin, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprcanmerge, o.oprcanhash), NULL
  FROM member AS m JOIN pg_operator AS o ON o.oid = m.objid WHERE m.classid = 'pg_operator'::regclass
  UNION ALL
  SELECT m.classid, m.objid, k.opcowner, NULL, NULL, k.xmin <> m.born,
    concat_ws(' ', format_type(k.opcintype, NULL), k.opcdefault), NULL
  FROM member AS m JOIN pg_opclass AS k ON k.oid = m.objid WHERE m.classid = 'pg_opclass'::regclass
  UNION ALL
  SELECT m.classid, m.objid, f.opfowner, NULL, NULL, f.xmin <> m.born OR coalesce(x.touched, false), concat_ws(' ', x.parts), NULL
  FROM member AS m JOIN pg_opfamily AS f ON f.oid = m.objid
  CROSS JOIN LATERAL (
    SELECT bool_or(part.written <> m.born) AS touched, string_agg(part.line, '; ' ORDER BY part.line COLLATE "C") AS parts
    FROM (SELECT o.xmin, concat_ws(' ', 'operator', o.amopstrategy, o.amopopr::regoperator) FROM pg_amop AS o
          WHERE o.amopfamily = f.oid
          UNION ALL
          SELECT p.xmin, concat_ws(' ', 'function', p.amprocnum, format_type(p.amproclefttype, NULL),
            format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
          FROM pg_amproc AS p WHERE p.amprocfamily = f.oid) AS part (written, line)) AS x
  WHERE m.classid = 'pg_opfamily'::regclass
), acl AS MATERIALIZED (
  SELECT f.classid, f.objid, '' AS prefix, f.owner, coalesce(f.acl, f.standard) AS now,
    coalesce(i.initprivs, f.standard) AS then
  FROM fact AS f
  LEFT JOIN pg_init_privs AS i ON i.classoid = f.classid AND i.objoid = f.objid AND i.objsubid = 0
  UNION ALL
  SELECT f.classid, f.objid, quote_ident(a.attname) || ': ', f.owner,
    coalesce(a.attacl, acldefault('c', f.owner)), coalesce(i.initprivs, acldefault('c', f.owner))
  FROM fact AS f
  JOIN pg_attribute AS a ON f.classid = 'pg_class'::regclass AND a.attrelid = f.objid AND NOT a.attisdropped
  LEFT JOIN pg_init_privs AS i ON i.classoid = f.classid AND i.objoid = f.objid AND i.objsubid = a.attnum
  WHERE a.attacl IS NOT NULL OR i.initprivs IS NOT NULL
), privilege AS (
  SELECT l.classid, l.objid, side.current, format('%s%s=%s%s/%s', l.prefix,
      CASE WHEN x.grantee = 0 THEN 'public' WHEN x.grantee IN (l.owner, m.extowner) THEN '<owner>'
      ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
      x.privilege_type, CASE WHEN x.is_grantable THEN '*' ELSE '' END,
      CASE WHEN x.grantor IN (l.owner, m.extowner) THEN '<owner>' ELSE quote_ident(pg_get_userbyid(x.grantor)) END) AS line
  FROM acl AS l
  JOIN member AS m ON m.classid = l.classid AND m.objid = l.objid
  CROSS JOIN LATERAL (VALUES (true, l.now), (false, l.then)) AS side (current, items)
  CROSS JOIN LATERAL aclexplode(side.items) AS x
  WHERE l.now <> l.then
), difference AS (
  SELECT classid, objid, line, bool_or(current) AS granted FROM privilege GROUP BY classid, objid, line
  -- What is on both sides is no difference.
  HAVING bool_or(current) = bool_and(current)
), delta AS MATERIALIZED (
  -- These are materialized, or they would be worked out again for every member.
  SELECT classid, objid, jsonb_agg(line ORDER BY line COLLATE "C") FILTER (WHERE granted) AS granted,
    jsonb_agg(line ORDER BY line COLLATE "C") FILTER (WHERE NOT granted) AS revoked
  FROM difference GROUP BY classid, objid
)
SELECT identity.type || ' ' || identity.identity AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'extension', quote_ident(m.extname),
    'owner', CASE WHEN f.owner <> m.extowner THEN pg_get_userbyid(f.owner) END,
    'definition', encode(sha256(convert_to(f.definition, 'UTF8')), 'hex'),
    'granted', d.granted,
    'revoked', d.revoked,
    'touched', nullif(f.touched, false)
  ) || coalesce(f.more, '{}')) AS attributes
FROM member AS m
CROSS JOIN LATERAL pg_identify_object(m.classid, m.objid, 0) AS identity
LEFT JOIN fact AS f ON f.classid = m.classid AND f.objid = m.objid
LEFT JOIN delta AS d ON d.classid = m.classid AND d.objid = m.objid;
