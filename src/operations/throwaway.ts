import type { Manifest } from "../backup/manifest.ts";
import { IthacaError } from "../base/errors.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { connectToRead } from "../postgres/pooler.ts";
import { majorOf, readServerFacts } from "../postgres/server-facts.ts";
import { parseTarget } from "../postgres/target.ts";
import { createThrowawayDatabase, type ThrowawayDatabase } from "../postgres/throwaway-database.ts";
import type { Session, Target, Throwaway } from "../postgres/types.ts";
import type { NotCovered, ThrowawayFacts } from "../proof/types.ts";
import type { UseCaseContext } from "./context.ts";
import type { EarlyCluster } from "./early-cluster.ts";

/** A throwaway database that was shown not to be production. */
export interface OpenedThrowaway {
  readonly throwaway: Throwaway;
  /** Such as `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly serverVersion: string;
  readonly facts: ThrowawayFacts;
  readonly notCovered: readonly NotCovered[];
}

/**
 * Makes an empty throwaway database like the one that was backed up: on the server of ITHACA_THROWAWAY_URL, or on a
 * private cluster where that is not set. Nothing is written to a server that could be production's.
 *
 * @param production where production is, so that it can be told from the throwaway; null where that is not known
 * @param own what a private cluster's superuser is called, `postgres` unless told otherwise; and one that started early
 */
export async function openThrowaway(
  context: UseCaseContext,
  manifest: Pick<Manifest, "server" | "versions">,
  production: Target | null,
  own: { readonly superuser?: string; readonly early?: EarlyCluster } = {},
): Promise<OpenedThrowaway> {
  const url = context.environment.ITHACA_THROWAWAY_URL;
  const throwaway =
    url === undefined || url === ""
      ? await onOwnCluster(manifest, own)
      : await onGivenServer(context, parseTarget(url, "ITHACA_THROWAWAY_URL"), manifest, production);
  try {
    await using session = await connect(throwaway.target, { readOnly: true });
    const { version } = await readServerFacts(session);
    const { kind, isolation, notProduction, notCovered } = throwaway;
    return { throwaway, serverVersion: version, facts: { kind, isolation, notProduction }, notCovered };
  } catch (error) {
    await throwaway.destroy();
    throw error;
  }
}

/** What a copy's database must be created with. */
export function likeTheSource(server: Manifest["server"]) {
  return {
    name: server.database,
    encoding: server.encoding,
    collate: server.collate,
    ctype: server.ctype,
    localeProvider: server.locale_provider,
    icuLocale: server.icu_locale,
  };
}

async function onOwnCluster(
  manifest: Pick<Manifest, "server" | "versions">,
  { superuser = "postgres", early }: { readonly superuser?: string; readonly early?: EarlyCluster },
): Promise<ThrowawayDatabase> {
  const major = majorOf(manifest.versions.server_num);
  const cluster = await (early?.take(major) ?? startCluster({ major, superuser }));
  try {
    return await createThrowawayDatabase(cluster.target, { ...likeTheSource(manifest.server), cluster, alone: true });
  } catch (error) {
    await cluster.destroy();
    throw error;
  }
}

async function onGivenServer(
  context: UseCaseContext,
  admin: Target,
  manifest: Pick<Manifest, "server">,
  production: Target | null,
): Promise<ThrowawayDatabase> {
  await using source = production === null ? null : await reach(context, production);
  return await createThrowawayDatabase(admin, { ...likeTheSource(manifest.server), source, clock: context.clock });
}

/** Production may be down while its backup is proven; then the throwaway's own marker is demanded. */
async function reach(context: UseCaseContext, production: Target): Promise<Session | null> {
  try {
    return await connectToRead(production);
  } catch (error) {
    if (!(error instanceof IthacaError) || error.kind !== "surroundings") throw error;
    context.progress.warn(`The throwaway cannot be compared with production: ${error.message}`);
    return null;
  }
}
