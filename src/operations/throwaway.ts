import type { Manifest } from "../backup/manifest.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { quoteIdentifier, quoteLiteral } from "../postgres/quote.ts";
import { withDatabase } from "../postgres/target.ts";
import type { Target, Throwaway } from "../postgres/types.ts";
import type { NotCovered, ThrowawayFacts } from "../proof/types.ts";
import type { UseCaseContext } from "./context.ts";

/** A throwaway database that was shown not to be production. */
export interface OpenedThrowaway {
  readonly throwaway: Throwaway;
  readonly serverVersion: string;
  readonly facts: ThrowawayFacts;
  readonly notCovered: readonly NotCovered[];
}

export async function openThrowaway(
  _context: UseCaseContext,
  manifest: Manifest,
  _production: Target | null,
): Promise<OpenedThrowaway> {
  const cluster = await startCluster({ major: Math.floor(manifest.versions.server_num / 10_000) });
  await using admin = await connect(cluster.target, { readOnly: false });
  const { database, encoding, collate, ctype } = manifest.server;
  await admin.query(
    `CREATE DATABASE ${quoteIdentifier(database)} TEMPLATE template0 ENCODING ${quoteLiteral(encoding)} LC_COLLATE ${quoteLiteral(collate)} LC_CTYPE ${quoteLiteral(ctype)}`,
  );
  const [version] = await admin.query<{ v: string }>("SELECT current_setting('server_version') AS v");
  return {
    throwaway: { ...cluster, target: withDatabase(cluster.target, database) },
    serverVersion: version?.v ?? "",
    facts: { kind: "cluster", isolation: cluster.isolation, notProduction: "own-cluster" },
    notCovered: [],
  };
}
