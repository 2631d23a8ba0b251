import { join } from "node:path";
import { z } from "zod";
import { stopwatch } from "../base/clock.ts";
import { IthacaError } from "../base/errors.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { contentOf } from "./content.ts";
import { vaultErrors } from "./errors.ts";
import { fetch } from "./fetch.ts";
import { list } from "./listing.ts";
import { withoutStaleLocks } from "./locks.ts";
import type { Restic } from "./restic.ts";
import type { VaultCheck, VaultCheckOptions, VaultEntry, VaultFinding } from "./types.ts";
import { checkDays, checkNewest, checkReadable, checkSizes, checkStructure, outcome } from "./vault-checks.ts";

type Outcome = ReturnType<typeof outcome>;

const titles = {
  "vault.newest": "The newest backup is young enough",
  "vault.readable": "Every backup's entry can be read",
  "vault.days": "No day is without a backup",
  "vault.sizes": "The newest backup's size is in line",
  "vault.complete": "The newest backup holds every file of its list",
  "vault.digest": "The newest backup is the one that was recorded",
  "vault.structure": "The repository is sound",
} as const;

/** A tenth of the data, another one each time: the whole within days, at a tenth of the traffic. */
const readFlags = { structure: [], sample: ["--read-data-subset=10%"], all: ["--read-data"] } as const;

/** restic looked, and found something: not a failure of the call. */
const foundErrors = /repository contains errors|LoadIndex returned errors/;

/** A fault of the backup is a finding; a fault around it means that the check did not run. */
async function timed(id: keyof typeof titles, work: () => Promise<Outcome> | Outcome): Promise<VaultCheck> {
  const elapsed = stopwatch();
  const done = (result: Outcome): VaultCheck => ({ id, title: titles[id], ...result, seconds: elapsed() });
  try {
    return done(await work());
  } catch (error) {
    if (!(error instanceof IthacaError) || error.kind === "interrupted") throw error;
    const expected = titles[id];
    if (error.kind !== "failed")
      return done({ ...outcome(expected, "not run"), status: "not_run", reason: error.message });
    return done(outcome(expected, "failed", [{ object: "vault", attribute: id, expected, actual: error.message }]));
  }
}

/** The part of backup.json that says what must be there. */
const manifestSchema = z.object({
  id: z.string(),
  database: z.string(),
  digest: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.int() })),
});

type ManifestPart = z.output<typeof manifestSchema>;

async function manifestOf(restic: Restic, entry: VaultEntry, options: VaultCheckOptions): Promise<ManifestPart> {
  const { stdout } = await restic.call(["dump", "--no-lock", entry.snapshot, "/backup.json"], options);
  try {
    return manifestSchema.parse(JSON.parse(stdout));
  } catch (cause) {
    throw vaultErrors.incomplete_fetch({ id: entry.id, why: "its backup.json is not what it should be" }, { cause });
  }
}

function checkComplete(entry: VaultEntry, manifest: ManifestPart, content: ReadonlyMap<string, number>): Outcome {
  const findings: VaultFinding[] = [];
  for (const { path, bytes } of manifest.files) {
    const found = content.get(path);
    if (found === bytes) continue;
    findings.push({
      object: path,
      attribute: "bytes",
      expected: String(bytes),
      actual: found === undefined ? "missing" : String(found),
    });
  }
  const listed = new Set([...manifest.files.map(({ path }) => path), "backup.json"]);
  for (const path of content.keys()) {
    if (!listed.has(path)) findings.push({ object: path, attribute: "file", expected: "not there", actual: "there" });
  }
  return outcome(`the ${entry.files} files that backup.json lists`, `${content.size} files`, findings);
}

async function checkDigest(
  restic: Restic,
  entry: VaultEntry,
  manifest: ManifestPart,
  options: VaultCheckOptions,
): Promise<Outcome> {
  const recorded = options.recordedDigest?.id === entry.id ? options.recordedDigest.digest : undefined;
  const expected = recorded ?? entry.digest;
  const findings: VaultFinding[] = [];
  const compare = (attribute: string, actual: string, wanted: string) => {
    if (actual !== wanted) findings.push({ object: entry.id, attribute, expected: wanted, actual });
  };
  compare("id in backup.json", manifest.id, entry.id);
  compare("database in backup.json", manifest.database, entry.database);
  compare("digest in the listing", entry.digest, expected);
  compare("digest in backup.json", manifest.digest, expected);
  // Retention never removes the newest backup: one that was recorded and is gone was taken away.
  if (options.recordedDigest !== undefined && options.recordedDigest.id > entry.id) {
    const object = options.recordedDigest.id;
    findings.push({ object, attribute: "backup", expected: "in the vault, as recorded", actual: "missing" });
  }
  let actual = manifest.digest;
  if (options.digestOf !== undefined) {
    await using scratch = await scratchDirectory("check");
    const directory = join(scratch.path, "backup");
    await fetch(restic, entry, directory, options);
    actual = await options.digestOf(directory);
    compare("digest of the content", actual, expected);
  }
  const reason =
    recorded === undefined ? "no digest was recorded outside the vault; compared with the vault's own" : "";
  return outcome(expected, actual, findings, reason);
}

/**
 * Looks at the backups of one database and at the repository. What could not be looked at is `not_run`, never passed.
 *
 * Calls of restic, 0.3 to 0.7 s each: the list, then backup.json and the file list of the newest backup at once, then
 * `restic check`, which needs the vault for itself and removes stale locks in its way. Reading data back and fetching
 * the newest backup cost in proportion to their size.
 *
 * @throws where the vault cannot even be listed
 */
export async function check(restic: Restic, options: VaultCheckOptions): Promise<VaultCheck[]> {
  const listing = await list(restic, options.database, options);
  const newest = listing.entries[0];
  const results = [
    await timed("vault.newest", () => checkNewest(listing, options)),
    await timed("vault.readable", () => checkReadable(listing)),
    await timed("vault.days", () => checkDays(listing, options)),
    await timed("vault.sizes", () => checkSizes(listing)),
  ];
  if (newest !== undefined) {
    options.note?.(`reading ${newest.id}`);
    const parts = Promise.all([manifestOf(restic, newest, options), contentOf(restic, newest, options)]);
    results.push(await timed("vault.complete", async () => checkComplete(newest, ...(await parts))));
    results.push(await timed("vault.digest", async () => checkDigest(restic, newest, (await parts)[0], options)));
  }
  const read = options.read ?? "structure";
  options.note?.("checking the repository");
  results.push(
    await timed("vault.structure", async () => {
      const args = ["check", ...readFlags[read]];
      const result = await withoutStaleLocks(restic, options, () =>
        restic.call(args, { ...options, tolerate: foundErrors }),
      );
      return checkStructure(result.exitCode, `${result.stdout}\n${result.stderr}`, read);
    }),
  );
  return results;
}
