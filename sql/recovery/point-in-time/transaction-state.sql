-- What has become of a transaction: committed, aborted, in progress, `not begun` where its number was not given out yet, or
-- `forgotten` where it is so old that nobody knows. $1 is the number as the log shows it, without the upper half that
-- counts how often the numbers have gone round: the one that is nearest to the next number is meant.
WITH next AS (
  SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::numeric AS xid
), near AS (
  SELECT xid AS next, xid - mod(xid, 4294967296) + $1::numeric AS candidate FROM next
), whole AS (
  SELECT next,
    CASE
      WHEN candidate - next > 2147483648 THEN candidate - 4294967296
      WHEN next - candidate > 2147483648 THEN candidate + 4294967296
      ELSE candidate
    END AS xid
  FROM near
)
SELECT CASE
  WHEN xid >= next THEN 'not begun'
  WHEN xid < 3 THEN 'forgotten'
  ELSE coalesce(pg_catalog.pg_xact_status(xid::text::pg_catalog.xid8), 'forgotten')
END AS state
FROM whole
