-- Whether a role has a password and of which kind; never the hash. Only superusers may read this catalog: for others the
-- inventory says that it does not cover it.
SELECT quote_ident(a.rolname) AS name,
  jsonb_build_object('method', CASE WHEN a.rolpassword ~ '^SCRAM-SHA-256\$' THEN 'scram-sha-256' ELSE 'md5' END) AS attributes
FROM pg_authid AS a
WHERE a.rolname !~ '^pg_' AND a.rolpassword IS NOT NULL;
