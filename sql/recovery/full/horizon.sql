-- The oldest transaction that was under way: whoever writes from now on, and commits, has this number or a later one.
SELECT (pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot()) % 4294967296)::text AS horizon
