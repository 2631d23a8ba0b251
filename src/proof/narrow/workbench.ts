import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Manifest } from "../../backup/manifest.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { connect } from "../../postgres/connect.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session, Target } from "../../postgres/types.ts";
import type { Loading } from "./archive-rows.ts";

/** What `openWorkbench` needs to know. */
export interface WorkbenchOptions {
  readonly manifest: Manifest;
  /** The backup's directory. */
  readonly directory: string;
  readonly again?: Loading["again"];
  /** The throwaway, with the right to write it. */
  readonly target: Target;
}

/** A schema for scratch tables, in a session in which no trigger of the copy fires. Disposing drops it. */
async function scratchSchema(session: Session): Promise<AsyncDisposable & { readonly name: string }> {
  const name = `ithaca_narrow_${randomBytes(6).toString("hex")}`;
  await session.query("SET session_replication_role = replica");
  if (session.versionNum >= 170_000) await session.query("SET event_triggers = off");
  await session.query(`CREATE SCHEMA ${quoteIdentifier(name)}`);
  return {
    name,
    async [Symbol.asyncDispose]() {
      // On a lost connection there is nothing left to tidy up with; the throwaway goes as a whole.
      await session.query(`DROP SCHEMA ${quoteIdentifier(name)} CASCADE`).catch(() => {});
    },
  };
}

/** A place on the throwaway, beside the copy, where rows of the archive are loaded to be looked at. */
export async function openWorkbench({
  manifest,
  directory,
  again = null,
  target,
}: WorkbenchOptions): Promise<Loading & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const session = stack.use(await connect(target, { readOnly: false, insist: true }));
  // Of such a database nobody knows what its bytes mean, and asked for UTF8 it refuses those that are none.
  if (manifest.server.encoding === "SQL_ASCII") await session.query("SET client_encoding = 'SQL_ASCII'");
  const schema = stack.use(await scratchSchema(session));
  const scratch = stack.use(await scratchDirectory("narrow"));
  const held = stack.move();
  return {
    session,
    target,
    schema: schema.name,
    dump: join(directory, "dump"),
    again,
    encoding: manifest.server.encoding,
    scratch: scratch.path,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
