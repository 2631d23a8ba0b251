-- What hangs on the server's own log and does not outlive a physical restore: subscriptions, and replication slots but
-- those of the platform's Realtime, which makes its own anew.
SELECT 'Subscription ' || pg_catalog.quote_ident(subname) AS what
FROM pg_catalog.pg_stat_subscription
WHERE subname IS NOT NULL
UNION
SELECT 'Replication slot ' || pg_catalog.quote_ident(slot_name)
FROM pg_catalog.pg_replication_slots
WHERE NOT temporary AND slot_name NOT LIKE 'supabase_realtime%'
ORDER BY what
