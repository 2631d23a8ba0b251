-- Whether a definition in our schemas ($1), or a large object, was made or changed by the transaction $2 or a later one.
WITH ours AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1::text[])),
relation AS (SELECT oid FROM pg_catalog.pg_class WHERE relnamespace IN (SELECT oid FROM ours)),
written (xmin) AS (
  SELECT xmin FROM pg_catalog.pg_class WHERE relnamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT xmin FROM pg_catalog.pg_attribute WHERE attrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT xmin FROM pg_catalog.pg_constraint WHERE connamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT xmin FROM pg_catalog.pg_policy WHERE polrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT xmin FROM pg_catalog.pg_trigger WHERE tgrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT xmin FROM pg_catalog.pg_rewrite WHERE ev_class IN (SELECT oid FROM relation)
  UNION ALL SELECT xmin FROM pg_catalog.pg_proc WHERE pronamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT xmin FROM pg_catalog.pg_type WHERE typnamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT xmin FROM pg_catalog.pg_largeobject_metadata
)
SELECT EXISTS (SELECT FROM written WHERE pg_catalog.age(xmin) <= pg_catalog.age($2::text::xid)) AS made
