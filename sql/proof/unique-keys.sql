-- Everything that forbids two rows the same key: unique indexes (also partial, on expressions, behind primary keys and
-- unique constraints) and exclusion constraints, on whatever holds rows. A partitioned table's are those of its leaves.
--   keys      the key's parts as SQL over the table's columns, with the operator that compares them
--   usual     the key's equality is the one by which PostgreSQL groups, so that grouping finds what is there twice
--   born      the transaction that made the index, read from the oldest of its catalog rows: a later ALTER renews some
SELECT format('%I.%I', n.nspname, c.relname) AS "table",
       quote_ident(ic.relname) AS name,
       pg_catalog.pg_relation_size(c.oid)::float8 AS bytes,
       i.indisvalid AND i.indisready AND i.indislive AS binding,
       i.indisexclusion AS exclusion,
       i.indnullsnotdistinct AS nulls_alike,
       pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
       key.keys,
       key.usual,
       (SELECT made.xid::text
          FROM (SELECT i.xmin UNION ALL SELECT ic.xmin
                UNION ALL SELECT a.xmin FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid) AS made(xid)
         ORDER BY age(made.xid) DESC LIMIT 1) AS born
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
  JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
 CROSS JOIN LATERAL (
   SELECT json_agg(json_build_object(
            'sql', pg_catalog.pg_get_indexdef(i.indexrelid, part.place::int, false),
            'type', pg_catalog.format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL),
            'operator', format('OPERATOR(%I.%s)', opn.nspname, op.oprname),
            'collation', CASE WHEN part.coll <> 0 THEN format('%I.%I', coln.nspname, coll.collname) END)
            ORDER BY part.place) AS keys,
          coalesce(bool_and(op.oid = usual.amopopr), false) AS usual
     FROM unnest(i.indclass::oid[], i.indcollation::oid[]) WITH ORDINALITY AS part(class, coll, place)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = part.place
     JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     JOIN pg_catalog.pg_opclass class ON class.oid = part.class
     LEFT JOIN pg_catalog.pg_amop equality
       ON equality.amopfamily = class.opcfamily AND equality.amopstrategy = 3
      AND equality.amoplefttype = class.opcintype AND equality.amoprighttype = class.opcintype
      AND NOT i.indisexclusion
     JOIN pg_catalog.pg_operator op ON op.oid = coalesce(k.conexclop[part.place], equality.amopopr)
     JOIN pg_catalog.pg_namespace opn ON opn.oid = op.oprnamespace
     LEFT JOIN pg_catalog.pg_opclass plain
       ON plain.opcintype = class.opcintype AND plain.opcdefault
      AND plain.opcmethod = (SELECT am.oid FROM pg_catalog.pg_am am WHERE am.amname = 'btree')
     LEFT JOIN pg_catalog.pg_amop usual
       ON usual.amopfamily = plain.opcfamily AND usual.amopstrategy = 3
      AND usual.amoplefttype = plain.opcintype AND usual.amoprighttype = plain.opcintype
     LEFT JOIN pg_catalog.pg_collation coll ON coll.oid = part.coll
     LEFT JOIN pg_catalog.pg_namespace coln ON coln.oid = coll.collnamespace
    WHERE part.place <= i.indnkeyatts
 ) AS key
 WHERE (i.indisunique OR i.indisexclusion) AND c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.relispopulated
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", ic.relname COLLATE "C"
