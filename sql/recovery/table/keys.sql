-- What tells one row of a table ($1: oid) from another, best first: the primary key, then unique keys whose columns cannot be
-- null. Each column comes with the operator by which its index compares it, since a type of an extension has its own, and
-- with its type's name, a domain's being that of its base.
SELECT ic.relname AS name,
       pg_catalog.json_agg(pg_catalog.json_build_object(
         'name', a.attname,
         'type', pg_catalog.format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL),
         'operator', pg_catalog.format('OPERATOR(%I.%s)', opn.nspname, op.oprname))
       ORDER BY k.place) AS columns
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
  JOIN pg_catalog.pg_am am ON am.oid = ic.relam AND am.amname = 'btree'
 CROSS JOIN LATERAL unnest(i.indkey::pg_catalog.int2[], i.indclass::pg_catalog.oid[]) WITH ORDINALITY AS k(attnum, opclass, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_opclass oc ON oc.oid = k.opclass
  -- Strategy 3 of a btree is equality.
  JOIN pg_catalog.pg_amop o ON o.amopfamily = oc.opcfamily AND o.amopstrategy = 3
                           AND o.amoplefttype = oc.opcintype AND o.amoprighttype = oc.opcintype
  JOIN pg_catalog.pg_operator op ON op.oid = o.amopopr
  JOIN pg_catalog.pg_namespace opn ON opn.oid = op.oprnamespace
 WHERE i.indrelid = $1::pg_catalog.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
   AND NOT EXISTS (
     SELECT FROM unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS c(attnum, place)
       JOIN pg_catalog.pg_attribute n ON n.attrelid = i.indrelid AND n.attnum = c.attnum
      WHERE c.place <= i.indnkeyatts AND NOT n.attnotnull)
 GROUP BY i.indexrelid, i.indisprimary, i.indnkeyatts, ic.relname
 ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid
