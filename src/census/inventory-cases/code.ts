import { type Case, one } from "./case.ts";

const people = "app.people";
const pets = "app.pets";

export const code: readonly Case[] = [
  one("DROP FUNCTION app.wrong(int, int)", "- function app.wrong(integer, integer)"),
  one("DROP FUNCTION app.add(int, int)", "- function app.add(integer, integer) (+1)"),
  one(
    "CREATE OR REPLACE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT b + a'",
    "function app.add(integer, integer): body",
  ),
  one(
    "CREATE OR REPLACE FUNCTION app.add(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + b'",
    "function app.add(integer, integer): arguments",
  ),
  one(
    "CREATE OR REPLACE FUNCTION app.atomic(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT x + 2; END",
    "function app.atomic(integer): body",
  ),
  one("ALTER FUNCTION app.add OWNER TO inv_owner", "function app.add(integer, integer): owner"),
  one("REVOKE EXECUTE ON FUNCTION app.add FROM public", "function app.add(integer, integer): grants"),
  one("GRANT EXECUTE ON FUNCTION app.add TO public"),
  one("ALTER FUNCTION app.add STABLE", "function app.add(integer, integer): volatility"),
  one("ALTER FUNCTION app.add SECURITY DEFINER", "function app.add(integer, integer): security_definer"),
  one("ALTER FUNCTION app.add LEAKPROOF", "function app.add(integer, integer): leakproof"),
  one("ALTER FUNCTION app.add STRICT", "function app.add(integer, integer): strict"),
  one("ALTER FUNCTION app.add PARALLEL SAFE", "function app.add(integer, integer): parallel"),
  one("ALTER FUNCTION app.add COST 7", "function app.add(integer, integer): cost"),
  one("ALTER FUNCTION app.many ROWS 11", "function app.many(): rows"),
  one("ALTER FUNCTION app.add SET search_path = public", "function app.add(integer, integer): settings"),
  one("ALTER FUNCTION app.many SUPPORT generate_series_int4_support", "function app.many(): support"),
  one("ALTER PROCEDURE app.work() SECURITY DEFINER", "function app.work(): security_definer"),
  one("DROP AGGREGATE app.total(int)", "- function app.total(integer)"),
  one(
    "CREATE OR REPLACE AGGREGATE app.total(int) (sfunc = int4pl, stype = int, initcond = '1')",
    "function app.total(integer): aggregate",
  ),
  one(`DROP TRIGGER touched ON ${people}`, "- trigger touched ON app.people"),
  one("DROP TRIGGER logged ON app.logs", "- trigger logged ON app.logs (+2)"),
  one(`ALTER TABLE ${people} DISABLE TRIGGER touched`, "trigger touched ON app.people: enabled"),
  one(`ALTER TABLE ${people} ENABLE REPLICA TRIGGER touched`, "trigger touched ON app.people: enabled"),
  one(`ALTER TABLE app.logs_1 DISABLE TRIGGER logged`, "trigger logged ON app.logs_1: enabled"),
  one(
    `CREATE OR REPLACE TRIGGER touched BEFORE UPDATE ON ${people} FOR EACH ROW WHEN (NEW.age > 1) EXECUTE FUNCTION app.touch()`,
    "trigger touched ON app.people: definition",
  ),
  one("DROP EVENT TRIGGER watcher", "- event-trigger watcher"),
  one("ALTER EVENT TRIGGER watcher ENABLE ALWAYS", "event-trigger watcher: enabled"),
  one(`DROP RULE no_delete ON ${pets}`, "- rule no_delete ON app.pets"),
  one(`ALTER TABLE ${pets} DISABLE RULE no_delete`, "rule no_delete ON app.pets: enabled"),
  one(
    `CREATE OR REPLACE RULE no_delete AS ON DELETE TO ${pets} WHERE old.id > 1 DO INSTEAD NOTHING`,
    "rule no_delete ON app.pets: definition",
  ),
];

export const policiesAndViews: readonly Case[] = [
  one(`DROP POLICY own ON ${people}`, "- policy own ON app.people"),
  one(`ALTER POLICY own ON ${people} TO inv_reader`, "policy own ON app.people: roles"),
  one(`ALTER POLICY own ON ${people} TO inv_owner, inv_reader`),
  one(`ALTER POLICY own ON ${people} USING (true)`, "policy own ON app.people: using"),
  one(`ALTER POLICY "wr ON ite" ON ${people} WITH CHECK (true)`, 'policy "wr ON ite" ON app.people: check'),
  one(`CREATE POLICY p ON ${pets}`, "+ policy p ON app.pets"),
  one(
    `DROP POLICY own ON ${people}; CREATE POLICY own ON ${people} TO inv_reader, inv_owner USING (id = 1)`,
    "policy own ON app.people: command",
  ),
  one(
    `DROP POLICY own ON ${people};
     CREATE POLICY own ON ${people} AS RESTRICTIVE FOR SELECT TO inv_reader, inv_owner USING (id = 1)`,
    "policy own ON app.people: permissive",
  ),
  one("DROP VIEW app.adults", "- view app.adults (+2)"),
  one(
    "CREATE OR REPLACE VIEW app.adults WITH (security_invoker = true) AS SELECT id, name FROM app.people",
    "view app.adults: definition",
  ),
  one("ALTER VIEW app.adults RESET (security_invoker)", "view app.adults: options"),
  one("ALTER VIEW app.adults OWNER TO inv_owner", "view app.adults: owner"),
  one("GRANT SELECT ON app.adults TO inv_reader", "view app.adults: grants"),
  one("REFRESH MATERIALIZED VIEW app.counts WITH NO DATA", "matview app.counts: populated"),
  one("ALTER MATERIALIZED VIEW app.counts SET (fillfactor = 50)", "matview app.counts: options"),
  one("ALTER TABLE app.counts REPLICA IDENTITY FULL", "matview app.counts: replica_identity"),
  one("GRANT USAGE ON TYPE app.counts TO inv_reader", "matview app.counts: row_type_grants"),
  one("GRANT USAGE ON TYPE app.adults TO inv_reader", "view app.adults: row_type_grants"),
  one("DROP MATERIALIZED VIEW app.counts", "- matview app.counts (+1)"),
  one("DROP SEQUENCE app.tickets", "- sequence app.tickets"),
  one("ALTER SEQUENCE app.tickets START 6", "sequence app.tickets: start"),
  one("ALTER SEQUENCE app.tickets INCREMENT 2", "sequence app.tickets: increment"),
  one("ALTER SEQUENCE app.tickets CACHE 4", "sequence app.tickets: cache"),
  one("ALTER SEQUENCE app.tickets CYCLE", "sequence app.tickets: cycles"),
  one("ALTER SEQUENCE app.tickets MAXVALUE 9223372036854775806", "sequence app.tickets: maximum"),
  one("ALTER SEQUENCE app.tickets MINVALUE 2", "sequence app.tickets: minimum"),
  one(
    "ALTER SEQUENCE app.pets_id_seq OWNED BY NONE",
    "sequence app.pets_id_seq: owned_by",
    "sequence app.pets_id_seq: table",
  ),
  one("GRANT USAGE ON SEQUENCE app.tickets TO inv_reader", "sequence app.tickets: grants"),
  one("SELECT nextval('app.tickets')"),
];
