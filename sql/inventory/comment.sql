-- Comments on everything, the database, roles and `public` included. `of` is the object's own name and `table` its table,
-- so that what is gone with its object is told once.
-- `not_dumped` says on what the comment is where no dump carries it: what PostgreSQL makes along with another object.
-- Left out: comments on what the system or an extension made (objects below OID 16384, members), tablespaces.
WITH noted AS (
  SELECT d.classoid, d.objoid, d.objsubid, d.description AS text FROM pg_description AS d
  -- Large objects may have any OID.
  WHERE d.objoid >= 16384 OR d.classoid = 'pg_largeobject'::regclass
    OR (d.classoid = 'pg_namespace'::regclass AND d.objoid = to_regnamespace('public')::oid)
  UNION ALL
  SELECT d.classoid, d.objoid, 0, d.description FROM pg_shdescription AS d
  WHERE d.classoid = 'pg_database'::regclass AND d.objoid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL
  SELECT d.classoid, d.objoid, 0, d.description FROM pg_shdescription AS d
  JOIN pg_roles AS r ON r.oid = d.objoid AND r.rolname !~ '^pg_' WHERE d.classoid = 'pg_authid'::regclass
), placed AS (
  SELECT o.*, coalesce(i.indrelid, c.oid, k.conrelid, t.tgrelid, r.ev_class, p.polrelid) AS relation,
    coalesce(k.conname, t.tgname, r.rulename, p.polname) AS on_relation,
    CASE
      WHEN r.rulename = '_RETURN' THEN 'a view''s own rule'
      WHEN t.tgparentid <> 0 OR (k.contype = 'f' AND k.conparentid <> 0) THEN 'a partition''s part of its root'
      WHEN k.contype = 'c' AND k.coninhcount > 0 AND NOT k.conislocal THEN 'an inherited CHECK'
      WHEN o.classoid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_range AS m WHERE m.rngmultitypid = o.objoid)
        OR o.classoid = 'pg_proc'::regclass AND EXISTS (
          SELECT FROM pg_depend AS d WHERE d.classid = o.classoid AND d.objid = o.objoid AND d.deptype = 'i')
        THEN 'what comes with a range type'
    END AS not_dumped
  FROM noted AS o
  LEFT JOIN pg_class AS c ON o.classoid = 'pg_class'::regclass AND c.oid = o.objoid
  LEFT JOIN pg_index AS i ON o.classoid = 'pg_class'::regclass AND i.indexrelid = o.objoid
  LEFT JOIN pg_constraint AS k ON o.classoid = 'pg_constraint'::regclass AND k.oid = o.objoid AND k.conrelid <> 0
  LEFT JOIN pg_trigger AS t ON o.classoid = 'pg_trigger'::regclass AND t.oid = o.objoid
  LEFT JOIN pg_rewrite AS r ON o.classoid = 'pg_rewrite'::regclass AND r.oid = o.objoid
  LEFT JOIN pg_policy AS p ON o.classoid = 'pg_policy'::regclass AND p.oid = o.objoid
)
SELECT x.type || ' ' || x.identity AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'text', p.text,
    'table', CASE WHEN p.relation <> 0 THEN p.relation::regclass::text END,
    'of', x.identity,
    'not_dumped', p.not_dumped
  )) AS attributes
FROM placed AS p
CROSS JOIN LATERAL (
  SELECT i.type, i.schema, CASE
    -- The same names as in the other entries. The database's own name is another one in a copy.
    WHEN p.on_relation IS NOT NULL THEN format('%I ON %s', p.on_relation, p.relation::regclass)
    WHEN p.classoid = 'pg_database'::regclass THEN 'this'
    WHEN p.classoid = 'pg_proc'::regclass THEN (SELECT format('%I.%I(%s)', n.nspname, f.proname, oidvectortypes(f.proargtypes))
                                   FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace WHERE f.oid = p.objoid)
    ELSE i.identity END AS identity
  FROM pg_identify_object(p.classoid, p.objoid, p.objsubid) AS i) AS x
-- DROP SUBSCRIPTION leaves its comment behind, which then is on nothing and in no dump.
WHERE x.identity IS NOT NULL AND (p.relation IS NULL OR (p.relation <> ALL (:relations)
       AND (SELECT c.relnamespace FROM pg_class AS c WHERE c.oid = p.relation) <> ALL (:namespaces)))
  AND (x.schema IS NULL OR to_regnamespace(x.schema)::oid <> ALL (:namespaces))
  AND (p.classoid <> 'pg_namespace'::regclass OR p.objoid <> ALL (:namespaces))
  AND (p.classoid <> 'pg_extension'::regclass OR p.objoid <> ALL (:extensions))
  AND (p.classoid, p.objoid) NOT IN (SELECT d.classid, d.objid FROM pg_depend AS d WHERE d.deptype = 'e');
