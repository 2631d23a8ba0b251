-- Large objects that we may unlink and make anew: those of roles that we may act as.
SELECT m.oid::text AS oid FROM pg_catalog.pg_largeobject_metadata AS m
WHERE pg_catalog.pg_has_role(m.lomowner, 'USAGE')
ORDER BY m.oid
