-- What amcheck can look at: heaps (tables, materialized views, leaves, TOAST tables) and their valid B-tree and GIN
-- indexes, the largest first. $1: with PostgreSQL's own catalogs of this database, or without.
SELECT c.oid::bigint::float8 AS oid,
       -- A TOAST table is told by the table that it belongs to.
       CASE WHEN c.relkind = 't' THEN 'values stored apart of ' ELSE '' END
         || format('%I.%I', coalesce(ownern.nspname, n.nspname), coalesce(owner.relname, c.relname)) AS "table",
       CASE WHEN ic.oid IS NULL THEN NULL ELSE quote_ident(ic.relname) END AS index,
       ic.oid::bigint::float8 AS index_oid,
       am.amname AS method,
       pg_catalog.pg_relation_size(coalesce(ic.oid, c.oid))::float8 AS bytes
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class owner ON c.relkind = 't' AND owner.reltoastrelid = c.oid
  LEFT JOIN pg_catalog.pg_namespace ownern ON ownern.oid = owner.relnamespace
 CROSS JOIN LATERAL (
   SELECT NULL::oid AS indexrelid
   UNION ALL
   SELECT i.indexrelid FROM pg_catalog.pg_index i
    WHERE i.indrelid = c.oid AND i.indisvalid AND i.indisready AND i.indislive
 ) AS part
  LEFT JOIN pg_catalog.pg_class ic ON ic.oid = part.indexrelid
  JOIN pg_catalog.pg_am am ON am.oid = coalesce(ic.relam, c.relam)
 WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence <> 't' AND NOT c.relisshared
   AND ($1 OR coalesce(ownern.nspname, n.nspname) NOT IN ('pg_catalog', 'information_schema'))
 ORDER BY 6 DESC, 1, 4
