import { createHash } from "node:crypto";
import { z } from "zod";
import type { ChainLink, LinkFile } from "./types.ts";

/** The page that answers for the whole folder. It is made anew with every commit and holds the heads; no link covers it. */
export const indexPath = "README.md";

/** The chain of files that belong to no database. No database can have this name. */
export const commonChain = "_";

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

const linkSchema = z.strictObject({
  format: z.literal(1),
  database: z.string(),
  sequence: z.int().min(1),
  previous: sha256Hex.nullable(),
  at: z.iso.datetime(),
  files: z.array(z.strictObject({ path: z.string(), sha256: sha256Hex })),
}) satisfies z.ZodType<ChainLink>;

/** SHA-256 in hex, as `sha256sum` prints it. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Where a link stands: `chain/inner-odyssey/000012.json`. Six digits, so that a listing is in order. */
export function linkPath(database: string, sequence: number): string {
  return `chain/${database}/${String(sequence).padStart(6, "0")}.json`;
}

/** Which link a path is that of, or null where it is none. */
export function linkAt(path: string): { readonly database: string; readonly sequence: number } | null {
  const [, database, digits] = /^chain\/([^/]+)\/(\d{6,12})\.json$/.exec(path) ?? [];
  if (database === undefined || digits === undefined) return null;
  const sequence = Number(digits);
  return linkPath(database, sequence) === path ? { database, sequence } : null;
}

/** The one text of a link: its digest depends on every character. */
function textOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A link as the file that is committed. */
export function linkFile(link: ChainLink): LinkFile {
  return { path: linkPath(link.database, link.sequence), text: textOf(linkSchema.parse(link)) };
}

/** Reads a link back, or gives null where the text is not one that `linkFile` wrote. */
export function readLink(text: string): ChainLink | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = linkSchema.safeParse(json);
  return parsed.success && textOf(json) === text ? parsed.data : null;
}
