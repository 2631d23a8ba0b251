import { join } from "node:path";
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

/** What the newest backup of each database in the vault remembers; and what people should know about it. */
export async function anchorsOfVault(
  context: UseCaseContext,
  plan: Plan,
): Promise<{ anchors: Anchor[]; notes: string[] }> {
  const vault = openVault({ ...context.environment });
  const options = { signal: context.signal, warn: context.progress.warn };
  const anchors: Anchor[] = [];
  const notes: string[] = [];
  for (const database of Object.keys(plan.databases)) {
    const [newest] = (await vault.list(database, options)).entries;
    if (newest === undefined) {
      notes.push(`The vault holds no backup of ${database} to compare with.`);
      continue;
    }
    await using scratch = await scratchDirectory("evidence");
    const directory = join(scratch.path, "backup");
    await vault.fetch(newest, directory, { ...options, include: ["backup.json"] });
    const { evidence, id } = await readManifest(directory);
    if (evidence == null) notes.push(`The newest backup of ${database}, ${id}, remembers no link of the chain.`);
    else
      anchors.push({
        digest: evidence.digest,
        link: { database, sequence: evidence.sequence },
        source: `backup ${id} in the vault`,
      });
  }
  return { anchors, notes };
}
