-- Installed extensions, named as in the inventory, and the version that CREATE EXTENSION gives on this server where a
-- dump names none.
SELECT pg_catalog.quote_ident(e.extname) AS name, a.default_version AS version
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname
