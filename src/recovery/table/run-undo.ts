import { access } from "node:fs/promises";
import { run } from "../../base/child-process.ts";
import { findClient } from "../../postgres/clients.ts";
import { libpqEnvironment } from "../../postgres/libpq-environment.ts";
import type { Target } from "../../postgres/types.ts";

/** What came of an undo script: done, refused by its own checks with its own words, or not there. */
export type Undone = { readonly done: true } | { readonly done: false; readonly why: string };

/** Words of the script's own checks, in any language around them; whatever else psql says may quote a row. */
const ownWords = /((?:Rows of|The undo would) .* Nothing was changed\.)$/m;

/** Runs an undo script as a person would: with psql, all or nothing. */
export async function runUndo(target: Target, path: string, signal?: AbortSignal): Promise<Undone> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (!there) return { done: false, why: `the undo file ${path} is not on this machine` };
  // The script is plain SQL with rows in it: a psql of any version runs it on a server of any other.
  const psql = await findClient("psql", 0);
  await using connection = await libpqEnvironment(target);
  const args = ["--no-psqlrc", "--quiet", "--no-password", `--file=${path}`, `--dbname=${target.database}`];
  const { exitCode, stderr } = await run(psql.path, args, {
    env: { ...connection.env, PGAPPNAME: "ithaca table undo" },
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode === 0) return { done: true };
  return { done: false, why: ownWords.exec(stderr)?.[1] ?? `psql ended with exit code ${exitCode}` };
}
