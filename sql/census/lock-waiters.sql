-- Whether anybody waits for a lock in this database. Once the locks of a backup are released, whoever waits to change a
-- definition does it.
SELECT EXISTS (
  SELECT
  FROM pg_catalog.pg_locks l
  WHERE NOT l.granted
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
) AS waiting
