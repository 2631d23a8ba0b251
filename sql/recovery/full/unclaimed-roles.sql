-- Of these roles those that nobody has made their own since a recovery made them: no log-in, no password.
SELECT rolname::text AS name
FROM pg_catalog.pg_authid
WHERE rolname = ANY ($1::text[]) AND NOT rolcanlogin AND rolpassword IS NULL
ORDER BY name
