-- What the copy must be created with, and what the role may do. The locale's columns differ by major: daticulocale
-- (15, 16) became datlocale (17), which also names the builtin provider's locale.
SELECT
  current_setting('server_version') AS version,
  current_setting('server_version_num')::int AS version_num,
  d.datname AS database,
  pg_encoding_to_char(d.encoding) AS encoding,
  d.datcollate AS collate,
  d.datctype AS ctype,
  CASE d.datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END AS locale_provider,
  coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS provider_locale,
  to_jsonb(d) ->> 'daticurules' AS icu_rules,
  CASE WHEN has_database_privilege(d.oid, 'CONNECT') THEN pg_database_size(d.oid) END::text AS size_bytes,
  r.rolname AS user,
  r.rolsuper AS superuser,
  r.rolbypassrls AS bypass_rls,
  pg_has_role(r.oid, 'pg_read_all_data', 'USAGE') AS reads_all_data,
  pg_is_in_recovery() AS in_recovery
FROM pg_database AS d, pg_roles AS r
WHERE d.datname = current_database() AND r.rolname = current_user
