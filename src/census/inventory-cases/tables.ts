import { type Case, one } from "./case.ts";

const people = "app.people";
const pets = "app.pets";

export const schemasAndTables: readonly Case[] = [
  one("CREATE SCHEMA more", "+ schema more"),
  one("DROP SCHEMA doomed CASCADE", "- schema doomed (+9)", "publication feed_all: schemas"),
  one("ALTER SCHEMA app OWNER TO inv_owner", "schema app: owner"),
  one("GRANT CREATE ON SCHEMA app TO inv_reader", "schema app: grants"),
  one("REVOKE USAGE ON SCHEMA public FROM public", "schema public: grants"),
  one("CREATE TABLE app.new (x int PRIMARY KEY)", "+ table app.new (+3)"),
  one("DROP TABLE app.logs", "- table app.logs (+17)"),
  one("DROP TABLE app.scratch", "- table app.scratch (+2)"),
  one(`ALTER TABLE ${pets} OWNER TO inv_owner`, "sequence app.pets_id_seq: owner", `table ${pets}: owner`),
  one(`GRANT INSERT ON ${people} TO inv_reader`, `table ${people}: grants`),
  one(`GRANT SELECT ON ${people} TO inv_reader WITH GRANT OPTION`, `table ${people}: grants`),
  one(`REVOKE ALL ON ${pets} FROM postgres`, `table ${pets}: grants`),
  one(`GRANT ALL ON ${pets} TO postgres`),
  one("ALTER TABLE app.scratch SET LOGGED", "table app.scratch: persistence"),
  one("ALTER TABLE app.base SET ACCESS METHOD heap_too", "table app.base: access_method"),
  one(`ALTER TABLE ${people} SET (fillfactor = 80)`, `table ${people}: options`),
  one(`ALTER TABLE ${people} RESET (toast.autovacuum_enabled)`, `table ${people}: toast_options`),
  one(`ALTER TABLE ${people} DISABLE ROW LEVEL SECURITY`, `table ${people}: row_security`),
  one(`ALTER TABLE ${people} FORCE ROW LEVEL SECURITY`, `table ${people}: force_row_security`),
  one(`ALTER TABLE ${people} REPLICA IDENTITY FULL`, `table ${people}: replica_identity`),
  one(`ALTER TABLE ${people} CLUSTER ON people_pkey`, `table ${people}: clustered_on`),
  one(
    "ALTER TABLE app.logs DETACH PARTITION app.logs_rest",
    "- trigger logged ON app.logs_rest",
    "index app.logs_rest_line_idx: parent",
    "table app.logs_rest: parents",
    "table app.logs_rest: partition_bound",
  ),
  one("ALTER TABLE app.typed NOT OF", "table app.typed: of_type"),
  one("GRANT USAGE ON TYPE app.base TO inv_reader", "table app.base: row_type_grants"),
  one("ALTER TABLE app.child NO INHERIT app.base", "table app.child: parents"),
  one("ALTER FOREIGN TABLE app.remote OPTIONS (SET file 'g')", "table app.remote: foreign_options"),
  one("ALTER FOREIGN TABLE app.remote OPTIONS (SET token 'other')", "table app.remote: foreign_options"),
];

export const columns: readonly Case[] = [
  one(`ALTER TABLE ${people} ADD extra text`, "+ column app.people.extra"),
  one("ALTER TABLE app.base DROP x CASCADE", "- column app.base.x", "- column app.child.x"),
  one(`ALTER TABLE ${people} DROP note`, "- column app.people.note"),
  one(`ALTER TABLE ${people} ALTER note TYPE varchar(30)`, "column app.people.note: type"),
  one(`ALTER TABLE app.scratch ALTER y TYPE text COLLATE "POSIX"`, "column app.scratch.y: collation"),
  one(`ALTER TABLE ${people} ALTER note SET NOT NULL`, "column app.people.note: not_null"),
  one(`ALTER TABLE ${people} ALTER age SET DEFAULT 8`, "column app.people.age: default"),
  one(`ALTER TABLE ${people} ALTER id SET GENERATED ALWAYS`, "column app.people.id: identity"),
  one(`ALTER TABLE ${people} ALTER twice DROP EXPRESSION`, "column app.people.twice: generated"),
  one(`ALTER TABLE ${people} ALTER note SET STORAGE EXTERNAL`, "column app.people.note: storage"),
  one(`ALTER TABLE ${people} ALTER note SET COMPRESSION pglz`, "column app.people.note: compression"),
  one(`ALTER TABLE ${people} ALTER age SET STATISTICS 50`, "column app.people.age: statistics"),
  one(`ALTER TABLE ${people} ALTER age SET (n_distinct = 5)`, "column app.people.age: options"),
  one(
    `UPDATE pg_attribute SET attoptions = '{pg_attver=2}' WHERE attrelid = '${people}'::regclass AND attname = 'age'`,
  ),
  one(`GRANT SELECT (note) ON ${people} TO inv_reader`, "column app.people.note: grants"),
  one(`REVOKE UPDATE (age) ON ${people} FROM inv_reader`, "column app.people.age: grants"),
  one("ALTER FOREIGN TABLE app.remote ALTER id OPTIONS (SET key 'no')", "column app.remote.id: foreign_options"),
  one("ALTER VIEW app.adults ALTER name SET DEFAULT 'x'", "column app.adults.name: default"),
];

const flag = (name: string, value: string, relation: string) =>
  `UPDATE pg_class SET ${name} = ${value} WHERE oid = '${relation}'::regclass`;

export const constraintsAndIndexes: readonly Case[] = [
  one(`ALTER TABLE ${people} DROP CONSTRAINT adult`, "- constraint adult ON app.people (+1)"),
  one(`ALTER TABLE ${people} DROP CONSTRAINT people_code_key`, "- constraint people_code_key ON app.people (+1)"),
  one(`ALTER TABLE ${people} ADD CHECK (code > 0)`, "+ constraint people_code_check ON app.people"),
  one(
    `UPDATE pg_constraint SET convalidated = false WHERE conname = 'pets_owner'`,
    "constraint pets_owner ON app.pets: validated",
  ),
  one(
    `ALTER TABLE ${people} DROP CONSTRAINT adult, ADD CONSTRAINT adult CHECK (age > 1);
     COMMENT ON CONSTRAINT adult ON ${people} IS 'of age'`,
    "constraint adult ON app.people: definition",
  ),
  one(
    `ALTER TABLE ${pets} ALTER CONSTRAINT pets_owner DEFERRABLE INITIALLY DEFERRED`,
    "constraint pets_owner ON app.pets: deferred",
    "constraint pets_owner ON app.pets: definition",
  ),
  one(
    `ALTER TABLE ${pets} DISABLE TRIGGER ALL`,
    "constraint pets_owner ON app.pets: enforcement",
    "trigger later ON app.pets: enabled",
  ),
  one(flag("relhastriggers", "false", people), "+ switched-off triggers ON app.people"),
  one(flag("relhasrules", "false", "app.adults"), "+ switched-off rules ON app.adults"),
  one(flag("relhasindex", "false", people), "+ switched-off indexes ON app.people"),
  one(flag("relhassubclass", "false", "app.base"), "+ switched-off children ON app.base"),
  one(flag("relchecks", "0", people), "+ switched-off CHECKs ON app.people"),
  one(flag("relispartition", "false", "app.logs_1"), "+ switched-off bound ON app.logs_1"),
  one(
    `UPDATE pg_attribute SET atthasdef = false WHERE attrelid = '${pets}'::regclass AND atthasdef`,
    "+ switched-off default of id ON app.pets",
  ),
  one(
    "UPDATE pg_rewrite SET ev_enabled = 'D' WHERE ev_class = 'app.adults'::regclass AND rulename = '_RETURN'",
    "+ switched-off query ON app.adults",
  ),
  one(
    "UPDATE pg_index SET indisprimary = false WHERE indexrelid = 'app.people_pkey'::regclass",
    "+ switched-off primary key people_pkey ON app.people",
  ),
  one(
    "UPDATE pg_index SET indimmediate = false WHERE indexrelid = 'app.people_code_key'::regclass",
    "+ switched-off moment of people_code_key ON app.people",
  ),
  one("DROP INDEX app.pets_name", "- index app.pets_name"),
  one("CREATE INDEX more ON app.pets (name)", "+ index app.more"),
  one(
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.pets_name'::regclass",
    "index app.pets_name: valid",
  ),
  one(
    "UPDATE pg_index SET indisready = false WHERE indexrelid = 'app.pets_name'::regclass",
    "index app.pets_name: ready",
  ),
  one("ALTER INDEX app.pets_name SET (fillfactor = 50)", "index app.pets_name: definition"),
  one("ALTER INDEX app.pets_name ALTER COLUMN 1 SET STATISTICS 500", "index app.pets_name: statistics"),
  one("DROP INDEX app.logs_line", "- index app.logs_line (+2)"),
  one("DROP STATISTICS app.people_stats", "- statistics app.people_stats"),
  one("ALTER STATISTICS app.people_stats SET STATISTICS 100", "statistics app.people_stats: target"),
];
