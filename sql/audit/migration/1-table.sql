-- The record of every backup and recovery, beside the data that it is about.
--
-- Why: the team asks its database "what was done to our backups, by whom, and how did it end". The master is the reports'
-- folder of the repository, since a restore of the database must not erase its own history; this table is its mirror, and
-- is filled up from there. `started` and the entry that says how it ended are two rows with one operation_id: a run that
-- was killed leaves the first alone.

CREATE TABLE IF NOT EXISTS public.backup_audit_log (
  id             uuid        PRIMARY KEY,
  entry          bigint      GENERATED ALWAYS AS IDENTITY,
  operation_id   uuid        NOT NULL,
  database       text        NOT NULL,
  -- No list of values: a later version may record more, and a record that is refused is a record that is lost.
  operation_type text        NOT NULL CHECK (operation_type ~ '^[a-z][a-z_-]{0,39}$'),
  performed_by   text        NOT NULL,
  performed_at   timestamptz NOT NULL,
  status         text        NOT NULL CHECK (status ~ '^[a-z][a-z_-]{0,39}$'),
  details        jsonb       NOT NULL DEFAULT '{}'::jsonb,
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  recorded_by    text        NOT NULL DEFAULT session_user
);

-- A table of that name which somebody else has made is left alone, and said so.
DO $shape$
DECLARE
  missing text;
BEGIN
  SELECT string_agg(wanted, ', ') INTO missing
  FROM unnest('{id,entry,operation_id,database,operation_type,performed_by,performed_at,status,details,recorded_at,recorded_by}'::text[]) AS wanted
  WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_attribute
    WHERE attrelid = 'public.backup_audit_log'::regclass AND attname = wanted AND NOT attisdropped
  );
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'public.backup_audit_log exists and is another table: it has no %', missing
      USING HINT = 'Rename that table, then apply this migration again.';
  END IF;
END
$shape$;

COMMENT ON TABLE public.backup_audit_log IS
  'Backups, checks, proofs, recoveries and alerts, by Ithaca. Rows are only ever added; the master is in the repository.';

-- "The last fifty", "what became of this operation", "the last backup that failed".
CREATE INDEX IF NOT EXISTS backup_audit_log_performed_at ON public.backup_audit_log (performed_at DESC);
CREATE INDEX IF NOT EXISTS backup_audit_log_operation_id ON public.backup_audit_log (operation_id);
CREATE INDEX IF NOT EXISTS backup_audit_log_operation_type
  ON public.backup_audit_log (database, operation_type, status, performed_at DESC);
