import type { CopyDamage } from "../types.ts";

const odyssey = (kind: string, sql: string, more: Partial<CopyDamage> = {}): CopyDamage => ({
  kind,
  on: "odyssey",
  sql,
  ...more,
});

const ownChildren = `"Parents can view own children" ON public.children`;
const visible = { by: "roles.visibility" };

/** Who may see and do what. */
export const securityDamages: readonly CopyDamage[] = [
  odyssey("a policy lets every row through", `ALTER POLICY ${ownChildren} USING (true)`),
  odyssey(
    "a policy's condition slightly weaker",
    `ALTER POLICY ${ownChildren} USING (auth.uid() = parent_id OR total_points > 9000)`,
  ),
  odyssey("a policy's check gone", `ALTER POLICY "Parents can add own children" ON public.children WITH CHECK (true)`),
  odyssey("a policy for another role", `ALTER POLICY "Users can insert their own profile" ON public.profiles TO anon`),
  odyssey("a policy missing", `DROP POLICY "Block anonymous access to profiles" ON public.profiles`),
  odyssey("a policy too many", "CREATE POLICY open ON public.children FOR SELECT USING (true)"),
  odyssey(
    "a restrictive policy now permissive",
    `DROP POLICY "Profiles need a signed-in user" ON public.profiles;
     CREATE POLICY "Profiles need a signed-in user" ON public.profiles USING (auth.uid() IS NOT NULL)`,
  ),
  odyssey(
    "a policy for another command",
    `DROP POLICY ${ownChildren}; CREATE POLICY ${ownChildren} FOR ALL USING (auth.uid() = parent_id)`,
  ),
  odyssey("row level security off", "ALTER TABLE public.children DISABLE ROW LEVEL SECURITY", {
    by: "plan.rls_enabled",
  }),
  odyssey("row level security not forced", "ALTER TABLE public.profiles NO FORCE ROW LEVEL SECURITY"),
  odyssey(
    "row level security off on a table without policies",
    "ALTER TABLE public.encryption_keys DISABLE ROW LEVEL SECURITY",
  ),
  odyssey("a function no longer SECURITY DEFINER", "ALTER FUNCTION public.has_role SECURITY INVOKER"),
  odyssey("a function now SECURITY DEFINER", "ALTER FUNCTION public.search_lessons SECURITY DEFINER"),
  odyssey("a search_path no longer pinned", "ALTER FUNCTION public.is_parent_of RESET search_path"),
  odyssey("another search_path", "ALTER FUNCTION public.is_parent_of SET search_path = public, extensions, pg_temp"),
  odyssey("a function's owner", "ALTER FUNCTION public.has_role OWNER TO supabase_auth_admin"),
  odyssey("a table's owner", "ALTER TABLE public.badges OWNER TO service_role"),
  odyssey("a schema's owner", "ALTER SCHEMA storage OWNER TO postgres"),
  odyssey("a view's owner", "ALTER VIEW public.children_safe OWNER TO service_role"),
  odyssey("a view runs with its owner's rights", "ALTER VIEW public.children_safe RESET (security_invoker)"),
  odyssey("a view's security barrier gone", "ALTER VIEW public.public_lesson_library RESET (security_barrier)"),
  odyssey("a grant added on a table", "GRANT SELECT ON public.children TO anon"),
  odyssey("a grant gone from a table", "REVOKE SELECT ON public.lessons FROM authenticated"),
  odyssey("a grant added on a column", "GRANT UPDATE (age_verified) ON public.profiles TO authenticated"),
  odyssey("a grant gone from a column", "REVOKE UPDATE (full_name) ON public.profiles FROM authenticated"),
  odyssey("a grant with grant option", "GRANT SELECT ON public.lessons TO authenticated WITH GRANT OPTION"),
  odyssey("a grant to everybody", "GRANT SELECT ON public.encryption_keys TO PUBLIC"),
  odyssey("a function that all may run", "GRANT EXECUTE ON FUNCTION public.set_admin_access TO PUBLIC"),
  odyssey("a grant gone from a sequence", "REVOKE ALL ON SEQUENCE public.referral_codes_id_seq FROM authenticated"),
  odyssey("a grant added on a schema", "GRANT CREATE ON SCHEMA public TO anon"),
  odyssey("a grant gone from a schema", "REVOKE USAGE ON SCHEMA auth FROM anon"),
  odyssey("a grant gone from a materialized view's guard", "GRANT SELECT ON public.lesson_popularity TO anon"),
  odyssey(
    "default privileges gone",
    "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public REVOKE ALL ON TABLES FROM service_role",
  ),
  odyssey(
    "default privileges added",
    "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA storage GRANT ALL ON TABLES TO anon",
  ),
  odyssey("a right on a server function", "GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO authenticated"),
  odyssey("a right on a server table", "GRANT SELECT ON pg_catalog.pg_authid TO authenticated"),
  odyssey(
    "a function planted among PostgreSQL's own",
    "CREATE FUNCTION pg_catalog.lower(uuid) RETURNS text LANGUAGE sql AS 'SELECT $1::text'",
  ),
  odyssey("a right on the row type of a view", "GRANT USAGE ON TYPE public.children_safe TO anon"),
  {
    kind: "a range type's constructor that few may call",
    on: "nasty",
    sql: "REVOKE EXECUTE ON FUNCTION nasty.c_range(text, text) FROM PUBLIC",
  },
  odyssey("a role bypasses row level security", "ALTER ROLE authenticated BYPASSRLS", {
    undo: "ALTER ROLE authenticated NOBYPASSRLS",
  }),
  odyssey("a role may no longer bypass it", "ALTER ROLE service_role NOBYPASSRLS", {
    undo: "ALTER ROLE service_role BYPASSRLS",
  }),
  odyssey("a role may sign in", "ALTER ROLE anon LOGIN", { undo: "ALTER ROLE anon NOLOGIN" }),
  odyssey("a role is superuser", "ALTER ROLE authenticator SUPERUSER", {
    undo: "ALTER ROLE authenticator NOSUPERUSER",
  }),
  odyssey("a membership gone", "REVOKE anon FROM authenticator", { undo: "GRANT anon TO authenticator" }),
  odyssey("a membership added", "GRANT service_role TO authenticated", {
    undo: "REVOKE service_role FROM authenticated",
  }),
  odyssey("a role's setting", "ALTER ROLE anon SET statement_timeout = '1h'", {
    undo: "ALTER ROLE anon SET statement_timeout = '3s'",
  }),
  odyssey("a role's name", "ALTER ROLE dashboard_user RENAME TO dashboard_user_lost", {
    undo: "ALTER ROLE dashboard_user_lost RENAME TO dashboard_user",
  }),
  odyssey(
    "a parent sees another parent's children",
    `ALTER POLICY ${ownChildren} USING (auth.uid() IS NOT NULL)`,
    visible,
  ),
  odyssey(
    "anonymous visitors see every made-up lesson",
    `ALTER POLICY "Anyone, signed in or not, can read lessons that are made public" ON public.child_generated_lessons USING (true)`,
    visible,
  ),
  odyssey("the service sees no more children", "REVOKE SELECT ON public.children FROM service_role", visible),
  odyssey(
    "who is signed in is no longer known",
    "CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid'",
    visible,
  ),
];
