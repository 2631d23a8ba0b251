import { styleText } from "node:util";
import { spellAmount, spellBytes } from "../../src/base/spell.ts";
import type { BuildReportsOutcome, VerifyReportsOutcome } from "../../src/operations/reports.ts";
import type { ReportsSiteOutcome } from "../../src/operations/reports-site.ts";

const labels = {
  intact: ["green", "INTACT"],
  changed: ["red", "CHANGED"],
  inconclusive: ["yellow", "INCONCLUSIVE"],
} as const;

/** What the walk along the evidence chain came to, on one screen. */
export function verifyText({ verdict, chains, findings, pending, anchors, notes }: VerifyReportsOutcome): string {
  const [colour, label] = labels[verdict];
  const files = chains.reduce((sum, chain) => sum + chain.files, 0);
  return [
    "",
    `${styleText(["bold", colour], label)} ${spellAmount(files, "file")} in ${spellAmount(chains.length, "chain")}, compared with ${spellAmount(anchors, "digest")} noted outside the chain`,
    ...chains.map(({ database, sequence, digest }) => `  ${database}: link ${sequence}, ${digest}`),
    ...findings.map(({ kind, path, why }) => `  ${styleText("red", kind)} ${path}: ${why}`),
    ...(pending.length === 0 ? [] : [`  ${spellAmount(pending.length, "file")} of this machine not committed yet`]),
    ...(verdict === "inconclusive"
      ? ["  No link of a chain is here; `reports build` or a publication makes the first."]
      : []),
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}

/** What was written. */
export function buildText({ written }: BuildReportsOutcome): string {
  return ["", ...written.map((path) => `  Wrote ${path}`)].join("\n");
}

/** What the site came to. */
export function siteText({ out, pages, files, bytes, withheld }: ReportsSiteOutcome): string {
  return [
    "",
    `  Wrote ${spellAmount(pages, "page")} and ${spellAmount(files - pages, "other file")} to ${out}, ${spellBytes(bytes)}`,
    ...withheld.map((path) => `  ${styleText("red", "left out")} ${path}: it would show a secret`),
  ].join("\n");
}
