-- Every foreign key that somebody declared (the clones on partitions are part of their root's), with what is needed to
-- ask the question again that its triggers would ask: column pairs with the operator that PostgreSQL itself compares
-- them with, and the collation where the two sides differ, since then the referenced side's counts.
-- conenforced and conperiod exist from PostgreSQL 18 on: hence the JSON.
SELECT quote_ident(k.conname) AS name,
       format('%I.%I', cn.nspname, child.relname) AS child,
       format('%I.%I', pn.nspname, parent.relname) AS parent,
       -- A partitioned table is read with its leaves, any other without the tables that inherit from it.
       child.relkind <> 'p' AS child_only,
       parent.relkind <> 'p' AS parent_only,
       k.confmatchtype = 'f' AS match_full,
       k.convalidated AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true) AS binding,
       coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) AS temporal,
       (SELECT json_agg(json_build_object(
                 'child', ca.attname,
                 'parent', pa.attname,
                 'type', format_type(coalesce(nullif(ct.typbasetype, 0), ct.oid), NULL),
                 'operator', format('OPERATOR(%I.%s)', opn.nspname, op.oprname),
                 'collation', CASE WHEN ca.attcollation <> pa.attcollation AND pa.attcollation <> 0
                              THEN (SELECT format('%I.%I', coln.nspname, col.collname)
                                      FROM pg_catalog.pg_collation col
                                      JOIN pg_catalog.pg_namespace coln ON coln.oid = col.collnamespace
                                     WHERE col.oid = pa.attcollation) END)
               ORDER BY pair.place)
          FROM unnest(k.conkey, k.confkey, k.conpfeqop) WITH ORDINALITY AS pair(child_num, parent_num, operator, place)
          JOIN pg_catalog.pg_attribute ca ON ca.attrelid = k.conrelid AND ca.attnum = pair.child_num
          JOIN pg_catalog.pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = pair.parent_num
          JOIN pg_catalog.pg_type ct ON ct.oid = ca.atttypid
          JOIN pg_catalog.pg_operator op ON op.oid = pair.operator
          JOIN pg_catalog.pg_namespace opn ON opn.oid = op.oprnamespace) AS pairs
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class child ON child.oid = k.conrelid
  JOIN pg_catalog.pg_namespace cn ON cn.oid = child.relnamespace
  JOIN pg_catalog.pg_class parent ON parent.oid = k.confrelid
  JOIN pg_catalog.pg_namespace pn ON pn.oid = parent.relnamespace
 WHERE k.contype = 'f' AND k.conparentid = 0 AND child.relkind IN ('r', 'p')
   AND cn.nspname !~ '^pg_' AND cn.nspname <> 'information_schema'
 ORDER BY cn.nspname COLLATE "C", child.relname COLLATE "C", k.conname COLLATE "C"
