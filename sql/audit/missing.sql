-- Which of these entries the table lacks.
SELECT id FROM public.backup_audit_log_missing($1::uuid[]) AS missing (id)
