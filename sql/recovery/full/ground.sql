-- What of a hosted database is the team's: schemas whose owner we may act as. Of the others (auth, storage) we may write
-- rows, and hang triggers and policies on their tables, as far as the platform lets us.
SELECT
  ARRAY(
    SELECT nspname::text FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname <> $1
      AND pg_catalog.pg_has_role(nspowner, 'USAGE')
  ) AS schemas,
  -- All there are, and what else may be missing in a database that has just been made, or was harmed.
  ARRAY(
    SELECT pg_catalog.jsonb_build_array('SCHEMA', nspname)::text FROM pg_catalog.pg_namespace
    UNION ALL SELECT pg_catalog.jsonb_build_array('EXTENSION', extname)::text FROM pg_catalog.pg_extension
    UNION ALL SELECT pg_catalog.jsonb_build_array('PUBLICATION', pubname)::text FROM pg_catalog.pg_publication
  ) AS containers,
  -- What lies in no schema and may hang on what is ours, as an archive names it.
  ARRAY(
    SELECT pg_catalog.jsonb_build_array('EVENT TRIGGER', evtname)::text FROM pg_catalog.pg_event_trigger
    UNION ALL
    SELECT pg_catalog.jsonb_build_array('CAST', pg_catalog.format('CAST (%s AS %s)',
      pg_catalog.format_type(castsource, NULL), pg_catalog.format_type(casttarget, NULL)))::text
    FROM pg_catalog.pg_cast
    UNION ALL
    SELECT pg_catalog.jsonb_build_array('TRANSFORM', pg_catalog.format('TRANSFORM FOR %s LANGUAGE %s',
      pg_catalog.format_type(t.trftype, NULL), l.lanname))::text
    FROM pg_catalog.pg_transform AS t JOIN pg_catalog.pg_language AS l ON l.oid = t.trflang
  ) AS loose,
  ARRAY(SELECT rolname::text FROM pg_catalog.pg_roles WHERE pg_catalog.pg_has_role(oid, 'USAGE')) AS roles,
  -- Triggers and policies of tables in other people's schemas, as an archive names them: a trigger that calls a function
  -- of ours goes with that function.
  ARRAY(
    SELECT pg_catalog.jsonb_build_array('TRIGGER', n.nspname, c.relname, t.tgname)::text
    FROM pg_catalog.pg_trigger AS t
    JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT pg_catalog.jsonb_build_array('POLICY', n.nspname, c.relname, p.polname)::text
    FROM pg_catalog.pg_policy AS p
    JOIN pg_catalog.pg_class AS c ON c.oid = p.polrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  ) AS hangers,
  ARRAY(
    SELECT pg_catalog.jsonb_build_array(n.nspname, c.relname)::text
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_'
      AND pg_catalog.has_table_privilege(c.oid, 'INSERT') AND pg_catalog.has_table_privilege(c.oid, 'DELETE')
  ) AS writable,
  -- A table that may be emptied at once; of others the rows are deleted.
  ARRAY(
    SELECT pg_catalog.jsonb_build_array(n.nspname, c.relname)::text
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND pg_catalog.has_table_privilege(c.oid, 'TRUNCATE')
  ) AS emptiable,
  -- Without rows of their own. All others are emptied by themselves: a child of theirs may lie on another server.
  ARRAY(
    SELECT pg_catalog.jsonb_build_array(n.nspname, c.relname)::text
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'p'
  ) AS partitioned,
  -- Rows that are older than their rule may break it, and come back only where it is made after them.
  EXISTS (
    SELECT FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
    WHERE k.contype = 'c' AND NOT k.convalidated AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
  ) AS unvalidated,
  -- They fire even while triggers are held back. The owner of their table may switch them off for the transaction; any
  -- other would rewrite what is loaded.
  ARRAY(
    SELECT pg_catalog.json_build_object(
      'name', pg_catalog.format('%I on %s', t.tgname, t.tgrelid::pg_catalog.regclass),
      'table', pg_catalog.jsonb_build_array(n.nspname, c.relname)::text,
      'ours', pg_catalog.pg_has_role(c.relowner, 'USAGE'),
      'off', pg_catalog.format('ALTER TABLE ONLY %I.%I DISABLE TRIGGER %I', n.nspname, c.relname, t.tgname),
      'on', pg_catalog.format('ALTER TABLE ONLY %I.%I ENABLE %s TRIGGER %I', n.nspname, c.relname,
                              CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END, t.tgname))
    FROM pg_catalog.pg_trigger AS t
    JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')
  ) AS always
