-- Logical replication slots of this database. They belong to it under whatever name it has, and keep the server's log for
-- as long as nobody reads them. Temporary ones go with their session.
SELECT slot_name::text AS name
FROM pg_catalog.pg_replication_slots
WHERE slot_type = 'logical' AND NOT temporary AND database = pg_catalog.current_database()
ORDER BY name
