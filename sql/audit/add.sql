-- Adds entries in the order in which they are given. Without a conflict target: naming one would take the right to read
-- the table.
INSERT INTO public.backup_audit_log
  (id, operation_id, database, operation_type, performed_by, performed_at, status, details)
SELECT id, operation_id, database, operation_type, performed_by, performed_at, status, details
FROM ROWS FROM (
  pg_catalog.jsonb_to_recordset($1::jsonb) AS
    (id uuid, operation_id uuid, database text, operation_type text, performed_by text, performed_at timestamptz, status text, details jsonb)
) WITH ORDINALITY
ORDER BY ordinality
ON CONFLICT DO NOTHING
