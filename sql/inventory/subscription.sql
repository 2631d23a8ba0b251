-- Names of this database's subscriptions. Everything else about them is left out: the connection string holds secrets, and
-- a copy must not subscribe.
SELECT quote_ident(s.subname) AS name, '{}'::jsonb AS attributes
FROM pg_subscription AS s
JOIN pg_database AS d ON d.oid = s.subdbid
WHERE d.datname = current_database();
