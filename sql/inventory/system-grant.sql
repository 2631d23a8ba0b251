-- Grants on the system's own objects that are not as initdb left them (pg_init_privs): a dump carries them for pg_catalog.
-- Only what was granted or revoked is said, so that majors with other system objects compare equal; `<owner>` stands for the
-- owner, who is the server's first superuser and has another name elsewhere.
-- Left out: information_schema, which no dump carries; members of extensions.
WITH object AS (
  SELECT 'pg_proc'::regclass AS class, p.oid, 0 AS sub, 'function ' || p.oid::regprocedure AS name, p.proowner AS owner,
    p.proacl AS acl, acldefault('f', p.proowner) AS standard
  FROM pg_proc AS p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proacl IS NOT NULL
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, 0, 'table ' || c.oid::regclass, c.relowner, c.relacl, acldefault('r', c.relowner)
  FROM pg_class AS c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relacl IS NOT NULL
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, a.attnum, format('column %s.%I', c.oid::regclass, a.attname), c.relowner, a.attacl,
    acldefault('c', c.relowner)
  FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'pg_catalog'::regnamespace AND a.attacl IS NOT NULL
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 0, 'type ' || format_type(t.oid, NULL), t.typowner, t.typacl, acldefault('T', t.typowner)
  FROM pg_type AS t WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typacl IS NOT NULL
  UNION ALL
  SELECT 'pg_language'::regclass, l.oid, 0, 'language ' || quote_ident(l.lanname), l.lanowner, l.lanacl, acldefault('l', l.lanowner)
  FROM pg_language AS l WHERE l.oid < 16384 AND l.lanacl IS NOT NULL
  UNION ALL
  SELECT 'pg_namespace'::regclass, n.oid, 0, 'schema pg_catalog', n.nspowner, n.nspacl, acldefault('n', n.nspowner)
  FROM pg_namespace AS n WHERE n.nspname = 'pg_catalog'
), changed AS (
  SELECT o.class, o.oid, o.sub, o.name, o.owner, o.acl, coalesce(i.initprivs, o.standard) AS initial
  FROM object AS o
  LEFT JOIN pg_init_privs AS i ON i.classoid = o.class AND i.objoid = o.oid AND i.objsubid = o.sub
  WHERE o.acl IS NOT NULL AND o.acl <> coalesce(i.initprivs, o.standard)
    AND (o.class, o.oid) NOT IN (SELECT d.classid, d.objid FROM pg_depend AS d WHERE d.deptype = 'e')
), privilege AS (
  SELECT c.name, side.current, format('%s=%s%s/%s',
      CASE x.grantee WHEN 0 THEN 'public' WHEN c.owner THEN '<owner>' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
      x.privilege_type, CASE WHEN x.is_grantable THEN '*' ELSE '' END,
      CASE x.grantor WHEN c.owner THEN '<owner>' ELSE quote_ident(pg_get_userbyid(x.grantor)) END) AS line
  FROM changed AS c
  CROSS JOIN LATERAL (VALUES (true, c.acl), (false, c.initial)) AS side (current, items)
  CROSS JOIN LATERAL aclexplode(side.items) AS x
), difference AS (
  SELECT name, line, bool_or(current) AS granted FROM privilege GROUP BY name, line
  -- What is on both sides is no difference.
  HAVING bool_or(current) = bool_and(current)
)
SELECT name,
  jsonb_strip_nulls(jsonb_build_object(
    'granted', jsonb_agg(line ORDER BY line COLLATE "C") FILTER (WHERE granted),
    'revoked', jsonb_agg(line ORDER BY line COLLATE "C") FILTER (WHERE NOT granted)
  )) AS attributes
FROM difference
GROUP BY name;
