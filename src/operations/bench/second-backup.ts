import { rm } from "node:fs/promises";
import { join } from "node:path";
import { takeBackup } from "../../backup/take-backup.ts";
import { run } from "../../base/child-process.ts";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { localVault } from "../../vault/vault.ts";
import type { UseCaseContext } from "../context.ts";
import { bareSubject } from "../damages/stage.ts";
import type { SecondBackup } from "./types.ts";

const changes = {
  stretch:
    "UPDATE public.pgbench_accounts SET abalance = abalance + 1 WHERE aid <= (SELECT max(aid) / 100 FROM public.pgbench_accounts)",
  scattered: "UPDATE public.pgbench_accounts SET abalance = abalance + 1 WHERE aid % 100 = 7",
};

async function bytesOf(folder: string): Promise<number> {
  const { stdout } = await run("du", ["-sk", folder]);
  return Number.parseInt(stdout, 10) * 1024;
}

/**
 * What a second and a third backup add to a vault after 1 % of the rows were changed in one stretch, and after 1 % were
 * changed here and there. Changes the source: measured last.
 *
 * @param source a database of the set `one-large-table`
 */
export async function measureSecondBackup(
  context: UseCaseContext,
  source: Target,
  scratch: string,
): Promise<SecondBackup> {
  const { progress, clock, signal } = context;
  const folder = join(scratch, "second-vault");
  const vault = localVault(folder, "bench");
  await vault.initialise({ signal });
  const { name, database } = bareSubject("bench");
  await using session = await connect(source, { readOnly: false });
  const grown = async () => {
    const directory = join(scratch, "second");
    const before = await bytesOf(folder);
    const { manifest } = await takeBackup({ target: source, name, database, directory, progress, clock, signal });
    await vault.save(directory, manifest, { signal });
    await rm(directory, { recursive: true });
    return (await bytesOf(folder)) - before;
  };
  try {
    const first = await grown();
    await session.query(changes.stretch);
    const stretch = (await grown()) / first;
    await session.query(changes.scattered);
    return { stretch, scattered: (await grown()) / first };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
