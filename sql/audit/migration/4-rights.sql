-- Who may do what: ithaca_audit adds entries, service_role adds and reads them, the owner reads them, nobody else does
-- anything. Works where those roles of Supabase do not exist, too.
--
-- Why everything is taken back first: Supabase's default privileges hand every new table and function to anon and
-- authenticated. Who was given SELECT besides those keeps it, so that this can be run again.

-- The role behind ITHACA_AUDIT_URL. It cannot log in until somebody gives it a password:
--   ALTER ROLE ithaca_audit LOGIN PASSWORD '...';
DO $role$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'ithaca_audit') THEN
    CREATE ROLE ithaca_audit NOLOGIN NOINHERIT;
  END IF;
  IF NOT has_schema_privilege('ithaca_audit', 'public', 'USAGE') THEN
    GRANT USAGE ON SCHEMA public TO ithaca_audit;
  END IF;
END
$role$;

ALTER TABLE public.backup_audit_log ENABLE ROW LEVEL SECURITY;

REVOKE ALL ON TABLE public.backup_audit_log FROM PUBLIC;
REVOKE ALL ON FUNCTION public.backup_audit_log_missing(uuid[]), public.backup_audit_log_refuse() FROM PUBLIC;

DO $revoke$
DECLARE
  log CONSTANT regclass := 'public.backup_audit_log';
  counter CONSTANT text := pg_get_serial_sequence('public.backup_audit_log', 'entry');
  holder record;
BEGIN
  FOR holder IN
    SELECT DISTINCT role.rolname AS name, role.rolname IN ('anon', 'authenticated') AS outsider, role.oid = class.relowner AS owner
    FROM pg_catalog.pg_class AS class
    CROSS JOIN LATERAL aclexplode(coalesce(class.relacl, acldefault('r', class.relowner))) AS granted
    JOIN pg_catalog.pg_roles AS role ON role.oid = granted.grantee
    WHERE class.oid = log
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON TABLE %s FROM %I', log, holder.name);
    CONTINUE WHEN holder.owner;
    EXECUTE format('REVOKE INSERT, REFERENCES, TRIGGER ON TABLE %s FROM %I', log, holder.name);
    IF holder.outsider THEN
      EXECUTE format('REVOKE ALL ON TABLE %s FROM %I', log, holder.name);
    END IF;
  END LOOP;

  -- The column's own sequence, which default privileges hand out as well, and the functions.
  FOR holder IN
    SELECT DISTINCT 'SEQUENCE ' || counter AS object, role.rolname AS name
    FROM pg_catalog.pg_class AS class
    CROSS JOIN LATERAL aclexplode(class.relacl) AS granted
    JOIN pg_catalog.pg_roles AS role ON role.oid = granted.grantee
    WHERE class.oid = counter::regclass AND role.oid <> class.relowner
    UNION ALL
    SELECT DISTINCT 'FUNCTION ' || proc.oid::regprocedure, role.rolname
    FROM pg_catalog.pg_proc AS proc
    CROSS JOIN LATERAL aclexplode(proc.proacl) AS granted
    JOIN pg_catalog.pg_roles AS role ON role.oid = granted.grantee
    WHERE proc.oid IN ('public.backup_audit_log_missing(uuid[])'::regprocedure, 'public.backup_audit_log_refuse()'::regprocedure)
      AND role.oid <> proc.proowner
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %I', holder.object, holder.name);
  END LOOP;
END
$revoke$;

-- Not recorded_at and recorded_by: the database itself says when an entry arrived, and through whom.
GRANT INSERT (id, operation_id, database, operation_type, performed_by, performed_at, status, details)
  ON TABLE public.backup_audit_log TO ithaca_audit;
GRANT EXECUTE ON FUNCTION public.backup_audit_log_missing(uuid[]) TO ithaca_audit;

DROP POLICY IF EXISTS ithaca_audit_adds ON public.backup_audit_log;
CREATE POLICY ithaca_audit_adds ON public.backup_audit_log FOR INSERT TO ithaca_audit WITH CHECK (true);

DO $service$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'service_role') THEN
    RETURN;
  END IF;
  GRANT SELECT, INSERT ON TABLE public.backup_audit_log TO service_role;
  GRANT EXECUTE ON FUNCTION public.backup_audit_log_missing(uuid[]) TO service_role;
  DROP POLICY IF EXISTS service_role_adds ON public.backup_audit_log;
  CREATE POLICY service_role_adds ON public.backup_audit_log FOR INSERT TO service_role WITH CHECK (true);
  DROP POLICY IF EXISTS service_role_reads ON public.backup_audit_log;
  CREATE POLICY service_role_reads ON public.backup_audit_log FOR SELECT TO service_role USING (true);
END
$service$;
