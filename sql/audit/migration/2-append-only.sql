-- Nobody changes or removes an entry: not the application, not the owner, not a superuser by mistake.
--
-- Why a trigger besides privileges: the owner and superusers hold them all. ALWAYS, so that it also fires under
-- session_replication_role = replica. One for each statement: nobody has to touch a row to be refused, and INSERT ... ON
-- CONFLICT DO UPDATE and MERGE are refused as well. Who may drop the trigger or the table can still do that; the entries
-- come back from the repository.

CREATE OR REPLACE FUNCTION public.backup_audit_log_refuse() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $refuse$
BEGIN
  RAISE EXCEPTION '% of backup_audit_log is refused: entries are only ever added', TG_OP
    USING ERRCODE = 'insufficient_privilege';
END
$refuse$;

CREATE OR REPLACE TRIGGER backup_audit_log_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON public.backup_audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION public.backup_audit_log_refuse();

ALTER TABLE public.backup_audit_log ENABLE ALWAYS TRIGGER backup_audit_log_append_only;
