-- Throwaway databases whose owner is gone. The owner of `ithaca_throwaway_<16 hex digits>_...` holds the advisory lock
-- with the number of those digits from before the database exists until after it was dropped; pg_locks shows the locks
-- of every database, so it does not matter to which one the owner is connected.
SELECT d.datname AS name
FROM pg_database AS d
WHERE d.datname ~ '^ithaca_throwaway_[0-9a-f]{16}_'
  AND NOT EXISTS (
    SELECT FROM pg_locks AS l
    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
      AND (l.classid::bigint << 32) | l.objid::bigint
        = ('x' || substring(d.datname from '^ithaca_throwaway_([0-9a-f]{16})_'))::bit(64)::bigint
  )
ORDER BY 1
