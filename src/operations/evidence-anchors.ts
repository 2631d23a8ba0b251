import { join } from "node:path";
import pLimit from "p-limit";
import { z } from "zod";
import type { AuditEntry } from "../audit/entry.ts";
import { readManifest } from "../backup/open-backup.ts";
import { scratchDirectory } from "../base/scratch.ts";
import type { Plan } from "../plan/schema.ts";
import { indexPath } from "../report/chain/link.ts";
import type { EvidenceFile } from "../report/chain/types.ts";
import type { Anchor } from "../report/chain/verify.ts";
import { headsNamedBy } from "../report/index-page.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";

/*
 * Where digests of the evidence chain are kept besides the chain. The index and the audit log stand beside it and are
 * worth something against a slip; a backup in the vault and a mail are worth something against somebody who may write to
 * the repository.
 */

/** What the index page names. */
export function anchorsOfIndex(files: readonly EvidenceFile[]): Anchor[] {
  const page = files.find(({ path }) => path === indexPath);
  if (page === undefined) return [];
  return headsNamedBy(Buffer.from(page.bytes).toString("utf8")).map(({ database, sequence, digest }) => ({
    digest,
    link: { database, sequence },
    source: indexPath,
  }));
}

const withEvidence = z.object({
  evidence: z.object({ sequence: z.int().min(1), digest: z.string() }),
});

/** What the entries of the audit log name: the newest link when each operation began. */
export function anchorsOfLog(entries: readonly AuditEntry[]): Anchor[] {
  return entries.flatMap(({ database, details, operation_type, performed_at }) => {
    const parsed = withEvidence.safeParse(details);
    if (!parsed.success) return [];
    const { sequence, digest } = parsed.data.evidence;
    return [
      {
        digest,
        link: { database, sequence },
        source: `the audit log's entry on a ${operation_type} of ${performed_at}`,
      },
    ];
  });
}

/** So many are read at once: each is a call of restic, which mostly derives a key. */
const atOnce = 2;

/**
 * What the backups of each database in the vault remember; and what people should know about it. The newest is not enough:
 * the one of the night after a chain was made anew remembers the new one.
 */
export async function anchorsOfVault(
  context: UseCaseContext,
  plan: Plan,
): Promise<{ anchors: Anchor[]; notes: string[] }> {
  const vault = openVault({ ...context.environment });
  const options = { signal: context.signal, warn: context.progress.warn };
  const anchors: Anchor[] = [];
  const notes: string[] = [];
  for (const database of Object.keys(plan.databases)) {
    const { entries } = await vault.list(database, options);
    if (entries.length === 0) notes.push(`The vault holds no backup of ${database} to compare with.`);
    await using scratch = await scratchDirectory("evidence");
    const remembered = await pLimit(atOnce).map(entries, async (entry) => {
      const directory = join(scratch.path, entry.snapshot);
      await vault.fetch(entry, directory, { ...options, include: ["backup.json"] });
      return (await readManifest(directory)).evidence ?? null;
    });
    const [newest] = entries;
    if (newest !== undefined && remembered[0] === null)
      notes.push(`The newest backup of ${database}, ${newest.id}, remembers no link of the chain.`);
    for (const [index, evidence] of remembered.entries()) {
      if (evidence === null) continue;
      const link = { database, sequence: evidence.sequence };
      anchors.push({ digest: evidence.digest, link, source: `backup ${entries[index]?.id} in the vault` });
    }
  }
  return { anchors, notes };
}
