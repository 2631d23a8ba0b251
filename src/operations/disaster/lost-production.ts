import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { scratchDirectory } from "../../base/scratch.ts";
import { startCluster } from "../../postgres/cluster.ts";
import type { DatabaseLocale } from "../../postgres/locale.ts";
import { majorOf } from "../../postgres/server-facts.ts";
import { createThrowawayDatabase } from "../../postgres/throwaway-database.ts";
import type { Target, Throwaway } from "../../postgres/types.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import { startWriter, type Writer } from "../../recovery/disaster/writer.ts";
import type { BackupReport } from "../../report/model.ts";
import { writeReport } from "../../report/write.ts";
import type { Vault } from "../../vault/types.ts";
import { localVault, openVault } from "../../vault/vault.ts";
import { vaultSource } from "../backup-source.ts";
import type { UseCaseContext } from "../context.ts";
import { makeCopy } from "../copy.ts";
import { loadInnerOdyssey } from "../load-fixture.ts";
import { productionLike } from "../production-like.ts";
import { runFacts } from "../run-facts.ts";
import type { Subject } from "../subject.ts";
import { takeAndStore } from "../take-and-store.ts";
import { likeTheSource } from "../throwaway.ts";

export interface DatabaseLike extends DatabaseLocale {
  readonly name: string;
  /** Of the server; the newest that this machine has, without it. */
  readonly major?: number;
}

/** How many writes production must have acknowledged before and after the backup. */
const leastWrites = 40;

/** A production that is a throwaway, being written to, and the vault that outlives it. */
export interface ThrowawayProduction extends AsyncDisposable {
  readonly kind: "made-up" | "from-the-vault";
  readonly target: Target;
  readonly writer: Writer;
  readonly vault: Vault;
  /** What reaches this vault, for the environment of a recovery. */
  readonly vaultEnvironment: Readonly<Record<string, string | undefined>>;
  /** The id of the newest backup, which is recovered from. */
  readonly newest: string;
  readonly newestBytes: number;
  /** What a new database must be made like. */
  readonly like: DatabaseLike;
  /** Loses it while it is written to. @throws disaster.not_lost */
  lose(): Promise<void>;
}

export type Timed = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** What of our environment leads to the vault. Nothing else of it may reach a drill's recovery. */
const ofVault =
  /^(RESTIC_|AWS_|B2_|AZURE_|GOOGLE_|OS_|ST_|RCLONE_|PATH$|HOME$|TMPDIR$|SSH_AUTH_SOCK$|SSL_CERT_|XDG_|https?_proxy$|no_proxy$|HTTPS?_PROXY$|NO_PROXY$)/;

/** The part of an environment that a drill's recovery sees: the vault, and neither production nor the team's channels. */
function vaultOnly(environment: UseCaseContext["environment"]): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => ofVault.test(name)));
}

async function cluster(stack: AsyncDisposableStack, major?: number): Promise<Throwaway> {
  return stack.use(await startCluster(major === undefined ? {} : { major }));
}

/** Records a backup outside the vault: the recovery compares with that digest. */
async function recordBackup(
  context: UseCaseContext,
  subject: Subject,
  reports: string,
  backup: NonNullable<BackupReport["backup"]>,
): Promise<void> {
  const run = runFacts(context, context.clock.now());
  await writeReport(reports, {
    kind: "backup",
    verdict: "taken",
    reason: "",
    database: subject.name,
    run,
    backup,
  });
}

/** A repository of restic that is made already and holds nothing. */
export interface EmptyVault {
  readonly repository: string;
  readonly password: string;
}

/** Makes a vault in a folder that goes with the drill. */
async function makeVault({ progress, signal }: UseCaseContext, folder: string, timed: Timed): Promise<EmptyVault> {
  const made = { repository: join(folder, "vault"), password: randomBytes(24).toString("base64url") };
  const vault = localVault(made.repository, made.password);
  await timed("vault", () => progress.step("Make a vault", () => vault.initialise({ signal })));
  return made;
}

/**
 * Makes a production up: a private server with the Inner Odyssey fixture, a local vault with two backups of it, the newer
 * one taken while it is written to.
 *
 * @param order.reports the folder that the backups are recorded in
 * @param order.vault an empty one to use instead of making one, which takes two seconds
 */
export async function makeUpProduction(
  context: UseCaseContext,
  subject: Subject,
  order: { families: number; reports: string; timed: Timed; vault: EmptyVault | undefined },
): Promise<ThrowawayProduction> {
  const { progress, clock, signal } = context;
  const { families, reports, timed } = order;
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDirectory("drill-vault"));
  const server = await timed("production", () =>
    progress.step(`Make a production of ${families} families up`, async () => {
      const made = await cluster(stack);
      const { target } = await createThrowawayDatabase(made.target, { ...productionLike, cluster: made });
      await loadInnerOdyssey(target, { families, now: clock.now() });
      return { made, target };
    }),
  );
  const { made, target } = server;
  const { repository, password } = order.vault ?? (await makeVault(context, scratch.path, timed));
  const vault = localVault(repository, password);
  const back = async (name: string) => {
    const taken = await timed(name, () => takeAndStore(context, subject, target, vault));
    await recordBackup(context, subject, reports, taken);
    return taken;
  };
  await back("backup.older");
  const writer = await startWriter(target, signal);
  stack.defer(() => writer.stop());
  await writer.reach(leastWrites);
  const newest = await back("backup");
  await writer.reach(writer.log.length + leastWrites);
  const { PATH, HOME } = process.env;
  const vaultEnvironment = { PATH, HOME, RESTIC_REPOSITORY: `local:${repository}`, RESTIC_PASSWORD: password };
  return keep(stack, {
    kind: "made-up",
    target,
    writer,
    vault,
    vaultEnvironment,
    newest: newest.id,
    newestBytes: newest.size_bytes,
    like: productionLike,
    server: made,
  });
}

/** Makes a production from the vault's newest backup, on a private server, and writes to it. */
export async function productionFromVault(
  context: UseCaseContext,
  subject: Subject,
  { timed }: { timed: Timed },
): Promise<ThrowawayProduction> {
  const vaultEnvironment = vaultOnly(context.environment);
  const vault = openVault({ ...vaultEnvironment });
  await using stack = new AsyncDisposableStack();
  const { made, target, ...facts } = await timed("production", async () => {
    await using scratch = await scratchDirectory("drill");
    const backup = await vaultSource(context, vault, subject.name, "latest").fetch(scratch.path);
    const { id, server, versions, sizes } = backup.manifest;
    const like: DatabaseLike = {
      ...likeTheSource(server),
      major: majorOf(versions.server_num),
    };
    const made = await cluster(stack, like.major);
    const { target } = await createThrowawayDatabase(made.target, { ...like, cluster: made });
    await makeCopy(context, { subject, backup, damage: null }, target);
    return { made, target, newest: id, newestBytes: sizes.dump_bytes, like };
  });
  const writer = await startWriter(target, context.signal);
  stack.defer(() => writer.stop());
  await writer.reach(leastWrites);
  return keep(stack, { kind: "from-the-vault", target, writer, vault, vaultEnvironment, ...facts, server: made });
}

function keep(
  stack: AsyncDisposableStack,
  { server, ...parts }: Omit<ThrowawayProduction, "lose" | typeof Symbol.asyncDispose> & { server: Throwaway },
): ThrowawayProduction {
  const owned = stack.move();
  return {
    ...parts,
    async lose() {
      const gone = await server.destroy();
      await parts.writer.stop();
      if (!gone) throw disasterErrors.not_lost({});
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
