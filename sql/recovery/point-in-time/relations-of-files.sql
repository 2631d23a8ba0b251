-- The tables to which files belong, by the numbers of the files: what the write-ahead log names. Asked on the copy, in
-- the database whose files they are; a table that was made later is not known there. $1, $2: tablespaces and files.
SELECT
  f.file,
  CASE
    WHEN n.nspname IN ('pg_catalog', 'information_schema') THEN 'definitions'
    -- Values that are stored apart count with their table.
    WHEN c.relkind = 't' THEN (
      SELECT pg_catalog.format('%I.%I', tn.nspname, t.relname)
      FROM pg_catalog.pg_class AS t JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
      WHERE t.reltoastrelid = c.oid)
    WHEN c.relkind IN ('r', 'm') THEN pg_catalog.format('%I.%I', n.nspname, c.relname)
  END AS name,
  c.relkind = 't' AS apart
FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) AS f (tablespace, file)
JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.pg_filenode_relation(f.tablespace, f.file)
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
