import { spellBytes, spellInstant, spellSeconds } from "../base/spell.ts";
import type { Plan } from "../plan/schema.ts";
import type { ChainHead, EvidenceFile } from "./chain/types.ts";
import { code, prose, table } from "./escape.ts";
import { daysTable } from "./index/days.ts";
import { headline } from "./index/headline.ts";
import { linkTo } from "./index/link-to.ts";
import { pictures } from "./index/pictures.ts";
import { answerOf, type DatabaseState, gapLine, stateOf } from "./index/state.ts";
import type { AnyReport } from "./model.ts";
import { anyReportSchema } from "./schema.ts";

/** What the index page is made from, and nothing else: equal parts give equal pages, at whatever time. */
export interface IndexParts {
  readonly plan: Plan;
  /** Every report of the folder, in any order. */
  readonly reports: readonly AnyReport[];
  /** The newest link of every chain, those of the same commit included. */
  readonly heads: readonly ChainHead[];
  /** Paths of the charts that stand in the folder, or come with the same commit; none unless told otherwise. */
  readonly charts?: readonly string[];
}

/** The reports among files of the folder; what is no report, or no longer whole, is passed over. */
export function reportsAmong(files: readonly EvidenceFile[]): AnyReport[] {
  return files.flatMap(({ path, bytes }) => {
    if (!/^\d{4}\/\d{2}\/[^/.][^/]*\.json$/.test(path)) return [];
    try {
      const parsed = anyReportSchema.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8")));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

function atAGlance(state: DatabaseState, asOf: Date): string[] {
  const { backup, proof, drill, gaps } = state;
  const age = (iso: string) => {
    const seconds = (asOf.getTime() - Date.parse(iso)) / 1000;
    return seconds < 60 ? "new" : `${spellSeconds(seconds)} old`;
  };
  const newestBackup =
    backup?.backup == null
      ? "none"
      : `${linkTo(backup, spellInstant(backup.backup.taken_at))}, ${age(backup.backup.taken_at)}, ${spellBytes(backup.backup.size_bytes)}`;
  const newestProof =
    proof === null
      ? "none"
      : `${linkTo(proof, `${proof.verdict}, ${spellInstant(proof.run.finished_at)}`)}, ${age(proof.run.finished_at)}`;
  const lastDrill = drill === null ? "none" : linkTo(drill, `${drill.verdict}, ${spellInstant(drill.run.finished_at)}`);
  return [
    prose(state.name),
    answerOf(state),
    newestBackup,
    newestProof,
    lastDrill,
    gaps.length === 0 ? "none" : String(gaps.length),
  ];
}

function databaseSection(
  state: DatabaseState,
  reports: readonly AnyReport[],
  asOf: Date,
  charts: readonly string[],
): string[] {
  return [
    `## ${prose(state.name)}`,
    "",
    ...(state.gaps.length === 0 ? ["No gap is known."] : state.gaps.map(gapLine)),
    "",
    ...pictures(state.name, reports, charts),
    "### The last 30 days",
    "",
    ...daysTable(reports, asOf),
  ];
}

function chainSection(heads: readonly ChainHead[]): string[] {
  return [
    "## Evidence",
    "",
    "Every file of this folder stands, with its digest, in a link of a chain. `npm run ithaca -- reports verify` walks along",
    "it and names what was altered, removed or inserted; `sha256sum` does, too.",
    "",
    ...(heads.length === 0 ? ["No link was made yet.", ""] : []),
    ...table(
      ["Chain", "Newest link", "Its SHA-256"],
      heads.map(({ database, sequence, digest }) => [code(database), String(sequence), code(digest)]),
    ),
  ];
}

/**
 * The page `README.md` of the reports' folder: are we safe? It judges at the end of the newest run, since a page that
 * stands still cannot know the time, and says until when its answer holds.
 */
export function indexPage({ plan, reports, heads, charts = [] }: IndexParts): string {
  const names = Object.keys(plan.databases).sort();
  const known = reports.filter(({ database }) => names.includes(database));
  const asOf = new Date(Math.max(0, ...known.map(({ run }) => Date.parse(run.finished_at))));
  const of = (name: string) => known.filter(({ database }) => database === name);
  const states = names.map((name) => stateOf(name, plan, of(name), asOf));
  const when =
    known.length === 0
      ? "Nothing has run yet."
      : `As of ${spellInstant(asOf.toISOString())}, the end of the newest run. Past the time behind a *yes*, another run was due.`;
  return [
    "# Are we safe?",
    "",
    headline(states),
    "",
    when,
    "",
    ...table(
      ["Database", "Answer", "Newest backup", "Newest proof", "Last drill", "Open gaps"],
      states.map((state) => atAGlance(state, asOf)),
    ),
    ...states.flatMap((state) => databaseSection(state, of(state.name), asOf, charts)),
    ...chainSection(heads),
  ].join("\n");
}

/** The heads that an index page names: what the chain must still lead to. */
export function headsNamedBy(page: string): ChainHead[] {
  return [...page.matchAll(/^\| `([a-z0-9_-]+)` \| (\d+) \| `([0-9a-f]{64})` \|$/gm)].map(
    ([, database = "", sequence = "", digest = ""]) => ({ database, sequence: Number(sequence), digest }),
  );
}
