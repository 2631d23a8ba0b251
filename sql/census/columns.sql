-- What the hash of each of these relations needs: its columns in an order that does not depend on their physical
-- position (children of inheritance get theirs merged), and how much there is to read.
--
-- $1: oids. Virtual generated columns (PostgreSQL 18) are left out: nothing of them is stored, and reading them runs
-- code of the database's owner.
SELECT
  c.oid,
  coalesce((
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C")
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
  ), '') AS columns,
  -- The same columns one by one, each with its type where it is one of PostgreSQL's own. Of char(n) without an n, blanks at
  -- the end are part of the value.
  coalesce((
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', pg_catalog.quote_ident(a.attname),
        'type', CASE
          WHEN base.typnamespace <> 'pg_catalog'::pg_catalog.regnamespace THEN ''
          WHEN base.typname = 'bpchar' AND a.atttypmod = -1 THEN ''
          ELSE base.typname END)
      ORDER BY a.attname COLLATE "C")
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    JOIN pg_catalog.pg_type base ON base.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
  ), '[]') AS hashed,
  -- The primary key, by which a light census chooses the rows that it hashes.
  (
    SELECT pg_catalog.json_agg(pg_catalog.quote_ident(a.attname))
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
    WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid
  ) AS key,
  coalesce(pg_catalog.pg_table_size(c.oid), 0)::float8 AS bytes,
  -- Only plain heap tables can be read piece by piece.
  CASE WHEN am.amname = 'heap'
    THEN coalesce(pg_catalog.pg_relation_size(c.oid), 0) / pg_catalog.current_setting('block_size')::int
    ELSE 0 END::float8 AS blocks
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
WHERE c.oid = ANY ($1::oid[])
