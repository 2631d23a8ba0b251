-- Says which of the given entries the table lacks, and nothing else about it.
--
-- Why: whoever mirrors the record may insert and not read, and must still find out what is missing after the database was
-- away or was restored to an older state. It runs with the owner's rights; who may call it is said with the other rights.

CREATE OR REPLACE FUNCTION public.backup_audit_log_missing(ids uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $missing$
  SELECT wanted.id
  FROM unnest(ids) AS wanted (id)
  WHERE NOT EXISTS (SELECT FROM public.backup_audit_log AS log WHERE log.id = wanted.id)
$missing$;
