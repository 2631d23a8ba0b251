import { spellAmount, spellBytes, spellCount, spellInstant, spellSeconds } from "../../base/spell.ts";
import { cell, code, table } from "../escape.ts";
import { andMore, type Limits } from "../limits.ts";
import type { SampleRecord } from "../model.ts";

type Odds = SampleRecord["odds"];
type Table = SampleRecord["tables"][number];

/** A chance as people read it: `50 %`, `0.3 %`, `less than 1 in a million`, `none`. */
export function spellChance(chance: number): string {
  if (chance <= 0) return "none";
  if (chance >= 1) return "100 %";
  if (chance < 1e-6) return "less than 1 in a million";
  const percent = 100 * chance;
  if (percent < 0.01) return `1 in ${spellCount(1 / chance)}`;
  if (percent > 99.9) return "more than 99.9 %";
  return `${Number(percent.toPrecision(percent >= 10 ? 3 : 2))} %`;
}

const looked = ({ equal }: Table) => equal !== null;

/** How much of a backup was restored and compared. */
function share(tables: readonly Table[]): string {
  const seen = tables.filter(looked);
  const rows = tables.reduce((sum, each) => sum + each.rows, 0);
  const compared = tables.reduce((sum, each) => sum + each.compared, 0);
  const percent = rows === 0 ? 100 : Math.floor((1000 * compared) / rows) / 10;
  return `${spellCount(seen.length)} of ${spellAmount(tables.length, "table")}, ${spellCount(compared)} of ${spellAmount(rows, "row")} (${percent} %)`;
}

/** One sentence for the head of the report and for terminals: what was looked at, and that it is no proof. */
export function sampleSentence({ tables }: SampleRecord): string {
  const differ = tables.filter(({ equal }) => equal === false).length;
  const outcome =
    differ > 0 ? `${spellAmount(differ, "table differs", "tables differ")} from the source` : "equal to the source's";
  const whole = tables.every((each) => each.compared === each.rows && looked(each));
  const kind = whole
    ? "all rows, and yet no whole proof: what only that asks stands under what is not covered"
    : "a sample, not a proof of the whole";
  return `Of the newest backup every definition and ${share(tables)} were restored and compared: ${outcome}. This is ${kind}.`;
}

const fromWhere: Readonly<Record<SampleRecord["pace"]["from"], string>> = {
  verifications: "the slowest of the last verifications",
  proofs: "the slowest of the last whole proofs",
  assumption: "an assumption: nothing was measured yet",
};

function facts(sample: SampleRecord): string[] {
  const { tables, pace, nights } = sample;
  const unfit = tables.filter(({ reason }) => reason === "too large");
  const turns =
    nights === 1
      ? "every table that fits comes every night"
      : `each table that fits, within ${nights} nights at the present sizes and speed`;
  const rest =
    unfit.length === 0
      ? ""
      : `; ${spellAmount(unfit.length, "table")} of ${spellBytes(unfit.reduce((sum, { bytes }) => sum + bytes, 0))} never: only a whole proof restores them`;
  return table(
    ["Question", "Answer"],
    [
      ["Of which backup?", `${code(sample.backup.id)}, taken ${spellInstant(sample.backup.taken_at)}`],
      ["How much of it?", share(tables)],
      [
        "How was it chosen?",
        `all tables up to ${spellBytes(sample.small_up_to_bytes)}; then by turn and by risk (critical, changed, long unseen, large), by lots that the backup's digest draws`,
      ],
      ["When does each table come?", `${turns}${rest}`],
      ["How long did it take?", `${spellSeconds(sample.seconds)} of ${spellSeconds(sample.budget_s)}`],
      [
        "How much was there time for?",
        `${spellBytes(sample.room_bytes)} of the dump, by ${spellBytes(pace.bytes_per_s)} a second (${fromWhere[pace.from]}); ${spellBytes(sample.restored_bytes)} were restored`,
      ],
    ],
  );
}

const oddsHead = (odds: Odds) => odds.map(({ changed }) => spellAmount(changed, "changed row"));
const oddsCells = (odds: Odds) => odds.map(({ missed }) => spellChance(missed));

/** Small tables are one line; the others stand by name, those that were not looked at first. */
function tableRows(sample: SampleRecord, limits: Limits): string[] {
  const large = sample.tables
    .filter(({ reason }) => reason !== "small")
    .sort((a, b) => Number(looked(a)) - Number(looked(b)) || b.bytes - a.bytes);
  const small = sample.tables.filter(({ reason }) => reason === "small");
  const shown = large.slice(0, limits.notCovered);
  const since = (days: number | null) => (days === null ? "never" : days === 0 ? "today" : spellAmount(days, "day"));
  const rows = shown.map((each) => [
    code(each.table),
    spellBytes(each.bytes),
    spellCount(each.rows),
    each.equal === null ? "not looked at" : each.equal ? "✅ equal" : "❌ differs",
    cell(each.reason),
    since(each.days_since),
    ...oddsCells(each.odds),
  ]);
  const differ = small.filter(({ equal }) => equal === false).length;
  const unseen = small.filter(({ equal }) => equal === null).length;
  const state =
    differ > 0 ? `❌ ${spellCount(differ)} differ` : unseen > 0 ? `⚠️ ${spellCount(unseen)} not looked at` : "✅ equal";
  const sum = (of: (each: Table) => number) => small.reduce((total, each) => total + of(each), 0);
  if (small.length > 0) {
    const name = `${spellAmount(small.length, "small table")}`;
    const missed = (index: number) => Math.max(0, ...small.map(({ odds }) => odds[index]?.missed ?? 0));
    const odds = sample.odds.map((_, index) => spellChance(missed(index)));
    rows.push([
      name,
      spellBytes(sum(({ bytes }) => bytes)),
      spellCount(sum((each) => each.rows)),
      state,
      "small",
      "–",
      ...odds,
    ]);
  }
  return [
    ...table(["Table", "Size", "Rows", "Tonight", "Why", "Seen before", ...oddsHead(sample.odds)], rows),
    ...andMore(large.length, shown.length, "tables"),
  ];
}

/** What was restored tonight, what was left, and the odds of what that may have missed. */
export function sampleOfTheNight(sample: SampleRecord | null, limits: Limits): string[] {
  if (sample === null) return [];
  const odds = sample.odds.map(
    ({ changed, missed }) => `of ${spellAmount(changed, "changed row")}: ${spellChance(missed)}`,
  );
  return [
    "## The sample of this night",
    "",
    sampleSentence(sample),
    "",
    ...facts(sample),
    `**The odds of missing damage tonight**, where any row of the database is as likely to be changed as any other: ${odds.join("; ")}. By table, where the change is in that table:`,
    "",
    ...tableRows(sample, limits),
  ];
}
