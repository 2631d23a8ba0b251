import { randomBytes } from "node:crypto";
import { connect } from "../../postgres/connect.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session, Target } from "../../postgres/types.ts";

/** PostgreSQL's own extension for looking at pages, as it is installed on the copy. */
export interface Amcheck extends AsyncDisposable {
  /** Its schema, quoted. */
  readonly schema: string;
  /** Names of its functions that this version has, of those that not every version has. */
  readonly knows: { readonly uniqueness: boolean; readonly gin: boolean };
}

/** The functions' parameters tell what the installed version can do: uniqueness since 17, GIN since 18. */
async function knowledge(session: Session, schema: string): Promise<Amcheck["knows"]> {
  const functions = await session.query<{ name: string; arguments: number }>(
    `SELECT p.proname AS name, p.pronargs::int AS arguments FROM pg_catalog.pg_proc p
      WHERE p.pronamespace = $1::regnamespace AND p.proname IN ('bt_index_check', 'gin_index_check')`,
    [schema],
  );
  return {
    uniqueness: functions.some(({ name, arguments: count }) => name === "bt_index_check" && count === 3),
    gin: functions.some(({ name }) => name === "gin_index_check"),
  };
}

/**
 * Installs amcheck in a schema of its own, with no trigger of the copy watching, and takes it away again on disposal;
 * where the source has it already, its own is used and stays. Null where the server does not have it.
 */
export async function installAmcheck(target: Target): Promise<Amcheck | null> {
  const session = await connect(target, { readOnly: false, insist: true, applicationName: "ithaca amcheck" });
  try {
    const [found] = await session.query<{ installed: string | null; available: boolean }>(
      `SELECT (SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension e
                 JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck') AS installed,
              EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'amcheck') AS available`,
    );
    if (found?.installed != null) {
      const { installed } = found;
      const knows = await knowledge(session, installed);
      return { schema: installed, knows, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
    }
    if (found?.available !== true) {
      await session[Symbol.asyncDispose]();
      return null;
    }
    const schema = quoteIdentifier(`ithaca_amcheck_${randomBytes(6).toString("hex")}`);
    await session.query("SET session_replication_role = replica");
    if (session.versionNum >= 170_000) await session.query("SET event_triggers = off");
    await session.query(`BEGIN; CREATE SCHEMA ${schema}; CREATE EXTENSION amcheck SCHEMA ${schema}; COMMIT`);
    return {
      schema,
      knows: await knowledge(session, schema),
      async [Symbol.asyncDispose]() {
        // On a lost connection there is nothing left to tidy up with; the throwaway goes as a whole.
        await session.query(`DROP SCHEMA ${schema} CASCADE`).catch(() => {});
        await session[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}
