import type { CopyDamage } from "../types.ts";

const odyssey = (kind: string, sql: string): CopyDamage => ({ kind, on: "odyssey", sql });
const nasty = (kind: string, sql: string): CopyDamage => ({ kind, on: "nasty", sql });

/** What the database is made of. */
export const structureDamages: readonly CopyDamage[] = [
  odyssey(
    "a function's body",
    `CREATE OR REPLACE FUNCTION public.is_parent_of(_child_id uuid) RETURNS boolean
     LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS 'SELECT true'`,
  ),
  odyssey("a function missing", "DROP FUNCTION public.mark_messages_read"),
  odyssey("a function too many", "CREATE FUNCTION public.back_door() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
  odyssey("a function's volatility", "ALTER FUNCTION public.get_family_dashboard VOLATILE"),
  odyssey("a procedure missing", "DROP PROCEDURE public.purge_old_error_logs"),
  odyssey("a trigger disabled", "ALTER TABLE public.emotion_logs DISABLE TRIGGER mask_emotion_logs"),
  odyssey("a trigger enabled that was off", "ALTER TABLE public.screen_time_sessions ENABLE TRIGGER touch_screen_time"),
  odyssey("the trigger on auth.users missing", "DROP TRIGGER on_auth_user_created ON auth.users"),
  odyssey("a trigger for replicas only", "ALTER TABLE public.children ENABLE REPLICA TRIGGER log_children_access"),
  odyssey(
    "a trigger's condition",
    `CREATE OR REPLACE TRIGGER award_points_on_approval AFTER UPDATE ON public.child_generated_lessons
     FOR EACH ROW EXECUTE FUNCTION public.award_approval_points()`,
  ),
  nasty("a trigger off on one leaf", "ALTER TABLE nasty.events_old DISABLE TRIGGER on_partitions"),
  nasty("an event trigger off", "ALTER EVENT TRIGGER nasty_on_create DISABLE"),
  nasty("an event trigger missing", "DROP EVENT TRIGGER nasty_always"),
  nasty("a rule off", "ALTER TABLE nasty.ruled DISABLE RULE log_insert"),
  odyssey("a default changed", "ALTER TABLE public.children ALTER total_points SET DEFAULT 100"),
  odyssey("a default gone", "ALTER TABLE public.lessons ALTER id DROP DEFAULT"),
  odyssey("a column takes NULL", "ALTER TABLE public.children ALTER name DROP NOT NULL"),
  odyssey("a column's type", "ALTER TABLE public.referral_codes ALTER code TYPE varchar(20)"),
  odyssey("a column missing", "ALTER TABLE public.beta_feedback DROP screenshot_path"),
  odyssey("a column too many", "ALTER TABLE public.beta_feedback ADD extra text"),
  odyssey("a column's storage", "ALTER TABLE public.avatar_items ALTER thumbnail SET STORAGE EXTENDED"),
  nasty("a column's collation", `ALTER TABLE nasty.texts ALTER g TYPE text COLLATE "POSIX"`),
  odyssey("an identity gone", "ALTER TABLE public.lesson_usage ALTER id DROP IDENTITY"),
  odyssey("an identity now always", "ALTER TABLE public.lesson_usage ALTER id SET GENERATED ALWAYS"),
  odyssey(
    "a generated column is an ordinary one",
    "ALTER TABLE public.screen_time_sessions ALTER duration_seconds DROP EXPRESSION",
  ),
  nasty(
    "a generated expression",
    "ALTER TABLE nasty.generated DROP total, ADD total numeric GENERATED ALWAYS AS (id * 1.5) STORED",
  ),
  odyssey("a CHECK missing", "ALTER TABLE public.children DROP CONSTRAINT children_grade_level_check"),
  odyssey(
    "a CHECK slightly weaker",
    `ALTER TABLE public.children DROP CONSTRAINT children_grade_level_check,
     ADD CONSTRAINT children_grade_level_check CHECK (grade_level >= 0 AND grade_level <= 13)`,
  ),
  odyssey(
    "a CHECK not validated",
    `ALTER TABLE public.children DROP CONSTRAINT children_total_points_check,
     ADD CONSTRAINT children_total_points_check CHECK (total_points >= 0) NOT VALID`,
  ),
  odyssey("a unique constraint missing", "ALTER TABLE public.user_roles DROP CONSTRAINT user_roles_user_id_role_key"),
  odyssey("a primary key missing", "ALTER TABLE public.error_logs DROP CONSTRAINT error_logs_pkey"),
  odyssey(
    "a foreign key missing",
    `DO $$ DECLARE k record; BEGIN SELECT conname, conrelid::regclass AS t INTO k FROM pg_constraint
       WHERE contype = 'f' AND conrelid = 'public.children'::regclass LIMIT 1;
     EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.t, k.conname); END $$`,
  ),
  odyssey("foreign keys that enforce nothing", "ALTER TABLE public.user_progress DISABLE TRIGGER ALL"),
  nasty(
    "a foreign key that enforces nothing of one partition",
    "UPDATE pg_trigger SET tgenabled = 'D' WHERE tgisinternal AND tgrelid = 'nasty.events_old'::regclass",
  ),
  odyssey(
    "foreign keys without their triggers",
    "DELETE FROM pg_trigger WHERE tgisinternal AND tgrelid = 'public.user_progress'::regclass",
  ),
  odyssey(
    "triggers that nobody looks for",
    "UPDATE pg_class SET relhastriggers = false WHERE oid = 'public.children'::regclass",
  ),
  nasty("rules that nobody looks for", "UPDATE pg_class SET relhasrules = false WHERE oid = 'nasty.ruled'::regclass"),
  odyssey(
    "indexes that nobody looks for",
    "UPDATE pg_class SET relhasindex = false WHERE oid = 'public.children'::regclass",
  ),
  nasty(
    "children that nobody looks for",
    "UPDATE pg_class SET relhassubclass = false WHERE oid = 'nasty.vehicle'::regclass",
  ),
  nasty(
    "a partition's bound that nobody looks for",
    "UPDATE pg_class SET relispartition = false WHERE oid = 'nasty.events_old'::regclass",
  ),
  odyssey("CHECKs that nobody looks for", "UPDATE pg_class SET relchecks = 0 WHERE oid = 'public.children'::regclass"),
  odyssey(
    "a default that nobody looks for",
    "UPDATE pg_attribute SET atthasdef = false WHERE attrelid = 'public.children'::regclass AND attname = 'total_points'",
  ),
  odyssey(
    "a primary key whose index is none",
    "UPDATE pg_index SET indisprimary = false WHERE indrelid = 'public.children'::regclass AND indisprimary",
  ),
  odyssey(
    "a unique key that is looked at too late",
    "UPDATE pg_index SET indimmediate = false WHERE indexrelid = 'public.user_roles_user_id_role_key'::regclass",
  ),
  odyssey(
    "a view's query off",
    "UPDATE pg_rewrite SET ev_enabled = 'D' WHERE ev_class = 'public.children_safe'::regclass AND rulename = '_RETURN'",
  ),
  odyssey(
    "an index missing",
    `DO $$ BEGIN EXECUTE (SELECT format('DROP INDEX %s', i.indexrelid::regclass) FROM pg_index AS i
       WHERE i.indrelid = 'public.child_generated_lessons'::regclass AND NOT i.indisunique LIMIT 1); END $$`,
  ),
  odyssey("an index too many", "CREATE INDEX more ON public.lessons (title)"),
  odyssey(
    "an index invalid",
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = (SELECT indexrelid FROM pg_index
       WHERE indrelid = 'public.child_generated_lessons'::regclass AND NOT indisunique LIMIT 1)`,
  ),
  odyssey(
    "a view's query",
    "CREATE OR REPLACE VIEW public.children_safe WITH (security_invoker = true) AS SELECT id, parent_id, name, grade_level, avatar_config, total_points, created_at FROM public.children",
  ),
  odyssey("a view missing", "DROP VIEW public.unread_messages"),
  odyssey("an enum's label", "ALTER TYPE public.app_role RENAME VALUE 'teacher' TO 'tutor'"),
  odyssey("an enum's label too many", "ALTER TYPE public.review_status ADD VALUE 'lost'"),
  nasty("a domain's check gone", `ALTER DOMAIN nasty.small_positive DROP CONSTRAINT "not too big!"`),
  nasty("a domain's default", "ALTER DOMAIN nasty.small_positive SET DEFAULT 4"),
  nasty("a composite type's field", "ALTER TYPE nasty.nothing ADD ATTRIBUTE something int"),
  odyssey("a table not published", "ALTER PUBLICATION supabase_realtime DROP TABLE public.user_progress"),
  odyssey("a publication missing", "DROP PUBLICATION supabase_realtime"),
  nasty("a publication of other actions", "ALTER PUBLICATION nasty_all SET (publish = 'insert')"),
  odyssey("another replica identity", "ALTER TABLE public.user_progress REPLICA IDENTITY DEFAULT"),
  odyssey("an extension missing", `DROP EXTENSION "uuid-ossp" CASCADE`),
  odyssey("an extension of another version", "UPDATE pg_extension SET extversion = '1.0' WHERE extname = 'pgcrypto'"),
  odyssey("an extension in another schema", "ALTER EXTENSION pgcrypto SET SCHEMA public"),
  odyssey("a comment changed", "COMMENT ON TABLE public.children IS 'Somebody else'"),
  odyssey("a comment gone", "COMMENT ON COLUMN public.children.pin_hash IS NULL"),
  odyssey("a setting of the database", "ALTER DATABASE $db SET row_security = off"),
  odyssey("a role's setting in the database", "ALTER ROLE anon IN DATABASE $db SET search_path = auth"),
  odyssey("a right on the database", "GRANT CREATE ON DATABASE $db TO anon"),
  odyssey("a table without its log", "ALTER TABLE public.api_rate_limits SET UNLOGGED"),
  odyssey("a table's options", "ALTER TABLE public.children SET (autovacuum_enabled = false)"),
  nasty("a partition not attached", "ALTER TABLE nasty.by_mood DETACH PARTITION nasty.by_mood_2"),
  nasty("a child that inherits no more", "ALTER TABLE nasty.foreign_child NO INHERIT nasty.parent_of_foreign"),
  nasty("a foreign server's options", "ALTER SERVER nowhere OPTIONS (SET port '2')"),
  nasty("what a materialized view publishes", "ALTER TABLE nasty.m_base REPLICA IDENTITY FULL"),
  nasty(
    "what a text search dictionary of an extension takes away",
    `ALTER TEXT SEARCH DICTIONARY "Ext 🧩".unaccent (RULES = "xsyn_sample")`,
  ),
  nasty("how an operator of an extension is planned", `ALTER OPERATOR "Ext 🧩".% (text, text) SET (RESTRICT = NONE)`),
  odyssey(
    "what PostgreSQL's own English leaves out",
    "ALTER TEXT SEARCH CONFIGURATION pg_catalog.english DROP MAPPING FOR word",
  ),
  odyssey("a table among PostgreSQL's own", "CREATE TABLE information_schema.leftover (id int)"),
  nasty("an identity that counts further than its column", "ALTER SEQUENCE nasty.ddl_log_n_seq AS bigint"),
  nasty(
    "statistics missing",
    "DO $$ BEGIN EXECUTE (SELECT format('DROP STATISTICS %I.%I', stxnamespace::regnamespace, stxname) FROM pg_statistic_ext LIMIT 1); END $$",
  ),
];
