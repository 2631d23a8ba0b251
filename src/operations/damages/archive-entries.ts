import { createHash } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, hashFiles, listFiles } from "../../backup/files.ts";
import { manifestSchema } from "../../backup/manifest.ts";
import { takeBackup } from "../../backup/take-backup.ts";
import { IthacaError } from "../../base/errors.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { startCluster } from "../../postgres/cluster.ts";
import { connect } from "../../postgres/connect.ts";
import { urlWithPassword } from "../../postgres/target.ts";
import { createThrowawayDatabase } from "../../postgres/throwaway-database.ts";
import { writeReport } from "../../report/write.ts";
import { localVault } from "../../vault/vault.ts";
import { type BackupSource, directorySource, vaultSource } from "../backup-source.ts";
import type { UseCaseContext } from "../context.ts";
import { projectLocale } from "../production-like.ts";
import { proveSubject } from "../prove.ts";
import { runFacts } from "../run-facts.ts";
import { archiveDamages } from "./kinds/archive.ts";
import { vaultDamages } from "./kinds/vault.ts";
import { outcomeOf } from "./outcome.ts";
import { bareSubject, fill } from "./stage.ts";
import type { ArchiveTools, Entry, Outcome } from "./types.ts";

const subject = bareSubject("shop");
const password = "the vault of the damages";

/** Backups of the small shop, a vault with one of them, and a server to restore on. */
export interface Depot extends AsyncDisposable {
  readonly context: UseCaseContext;
  readonly home: string;
  readonly today: string;
  readonly older: string;
  readonly other: string;
  readonly vault: string;
}

/** Takes three backups (of yesterday, of today, of another database) and puts today's into a vault. */
export async function openDepot(context: UseCaseContext): Promise<Depot> {
  const { progress, clock, signal } = context;
  await using resources = new AsyncDisposableStack();
  const scratch = resources.use(await scratchDirectory("depot"));
  const home = scratch.path;
  const at = (name: string) => join(home, name);
  const { name, database } = subject;
  {
    await using source = await startCluster();
    const make = (which: string) =>
      createThrowawayDatabase(source.target, { ...projectLocale, name: which, cluster: source });
    const take = async (target: Parameters<typeof takeBackup>[0]["target"], directory: string) => {
      await mkdir(directory, { recursive: true });
      return takeBackup({ target, name, database, directory, progress, clock, signal });
    };
    const shop = await make("shop");
    await fill("shop", shop.target, clock.now());
    await take(shop.target, at("older"));
    await using session = await connect(shop.target, { readOnly: false });
    await session.query("UPDATE public.orders SET total = total + 1 WHERE id < 50");
    const other = await make("other");
    await fill("bare", other.target, clock.now());
    await take(other.target, at("other"));
    const { manifest } = await take(shop.target, at("today"));
    const vault = localVault(at("vault"), password);
    await vault.initialise({ signal });
    await vault.save(at("today"), manifest, { signal });
  }
  const server = resources.use(await startCluster());
  const environment = { ...context.environment, ITHACA_THROWAWAY_URL: urlWithPassword(server.target) };
  const owned = resources.move();
  return {
    context: { ...context, environment },
    home,
    today: at("today"),
    older: at("older"),
    other: at("other"),
    vault: at("vault"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Proves what a source gives, the way `prove` does. An error that no report is written about is an outcome too. */
async function proveFrom({ context }: Depot, source: BackupSource, reports: string): Promise<Outcome> {
  try {
    const report = await proveSubject(context, subject, {
      source,
      kind: "manual",
      damage: undefined,
      production: null,
      reports,
    });
    return outcomeOf(report);
  } catch (thrown) {
    context.signal.throwIfAborted();
    if (!(thrown instanceof IthacaError)) throw thrown;
    return { verdict: thrown.kind === "failed" ? "failed" : "inconclusive", by: [thrown.id], reads: thrown.message };
  }
}

async function resign(directory: string): Promise<void> {
  const path = join(directory, "backup.json");
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path, "utf8")));
  const paths = (await listFiles(directory)).map((file) => file.path);
  const fresh = { ...manifest, files: await hashFiles(directory, paths) };
  await writeFile(path, JSON.stringify({ ...fresh, digest: digestOf(fresh) }));
}

/** Numbers that are the same for the same kind of damage. */
function numbers(seed: string): (limit: number) => number {
  let count = 0;
  return (limit) => createHash("sha256").update(`${seed} ${count++}`).digest().readUIntBE(0, 6) % limit;
}

/** What a backup run would have recorded outside the vault. */
async function record({ context, today }: Depot, reports: string): Promise<void> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(today, "backup.json"), "utf8")));
  const { id, taken_at, digest, versions, sizes, left_out } = manifest;
  await writeReport(reports, {
    kind: "backup",
    verdict: "taken",
    reason: "",
    database: subject.name,
    run: runFacts(context, context.clock.now()),
    backup: {
      id,
      taken_at,
      digest,
      size_bytes: sizes.dump_bytes,
      server_version: versions.server,
      dump_seconds: 0,
      left_out,
      tables: 0,
      rows: 0,
      table_rows: null,
    },
  });
}

/** Every damage to an archive and to a vault, and both undamaged. */
export function archiveEntries(depots: () => Promise<Depot>): Entry[] {
  let count = 0;
  const archive = (
    family: string,
    kind: string,
    harm: (tools: ArchiveTools) => Promise<void>,
    more: { readonly recorded?: true | undefined; readonly damaging?: boolean } = {},
  ): Entry => ({
    family,
    kind,
    damaging: more.damaging ?? true,
    async run() {
      const depot = await depots();
      const [directory, reports] = ["archive", "reports"].map((name) => join(depot.home, `${name}-${++count}`)) as [
        string,
        string,
      ];
      await cp(depot.today, directory, { recursive: true });
      if (more.recorded) await record(depot, reports);
      const { older, other } = depot;
      await harm({ directory, older, other, below: numbers(kind), resign: () => resign(directory) });
      return proveFrom(depot, directorySource(depot.context, directory), reports);
    },
  });
  const vault = (family: string, kind: string, harm: (vault: string) => Promise<void>, tried = password): Entry => ({
    family,
    kind,
    damaging: family !== "undamaged",
    mayBeInconclusive: true,
    async run() {
      const depot = await depots();
      const directory = join(depot.home, `vault-${++count}`);
      await cp(depot.vault, directory, { recursive: true });
      await harm(directory);
      const source = vaultSource(depot.context, localVault(directory, tried), subject.name, "latest");
      return proveFrom(depot, source, join(depot.home, `reports-${count}`));
    },
  });
  return [
    ...archiveDamages.map(({ kind, harm, recorded }) => archive("archive", kind, harm, { recorded })),
    ...vaultDamages.map((damage) => vault("vault", damage.kind, damage.harm, damage.password)),
    archive("undamaged", "an archive as it was taken", async () => {}, { damaging: false }),
    archive("undamaged", "an archive whose digest is recorded", async () => {}, { damaging: false, recorded: true }),
    vault("undamaged", "a vault as it was filled", async () => {}),
  ];
}
