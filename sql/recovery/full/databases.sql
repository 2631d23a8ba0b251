-- The databases that a swap is about, by their names: which is which is told by the object id, since names move.
SELECT datname::text AS name, oid
FROM pg_catalog.pg_database
WHERE datname = ANY ($1::text[])
