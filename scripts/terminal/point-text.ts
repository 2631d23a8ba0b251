import { stripVTControlCharacters, styleText } from "node:util";
import type { PointView, UnsafeRecord } from "../../src/operations/look-at-point.ts";
import type { PointReport } from "../../src/report/model.ts";

/** What comes out of a database must not act on the terminal. */
const plain = (text: string) => stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, "?");

const marks = { passed: styleText("green", "✓"), failed: styleText("red", "✗"), not_run: styleText("yellow", "?") };

const words: Readonly<Record<PointView["changes"][number]["change"], string>> = {
  same: "the same",
  changed: styleText("yellow", "changed"),
  "only then": styleText("red", "gone by now"),
  "only now": styleText("cyan", "new since"),
  unknown: "the same number of rows, not compared further",
};

const time = (newest: string | null | undefined) => newest?.slice(0, 19).replace("T", " ") ?? "";

function changeLines(changes: PointView["changes"]): string[] {
  const differing = changes.filter(({ change }) => change !== "same");
  const width = Math.max(0, ...differing.map(({ table }) => plain(table).length));
  const same = changes.length - differing.length;
  return [
    ...differing.map(
      ({ table, was, is, change }) =>
        `    ${plain(table).padEnd(width)}  ${String(was?.rows ?? "-").padStart(9)} rows then ${time(was?.newest)}  ${String(is?.rows ?? "-").padStart(9)} now ${time(is?.newest)}  ${was?.logged === false ? "unlogged: the log has none of its rows" : words[change]}`,
    ),
    ...(same === 0 ? [] : [`    ${same} tables are the same, row by row`]),
  ];
}

function recordLines({ record, was, is }: UnsafeRecord): string[] {
  const columns = [...new Set([...Object.keys(was.unsafeRecord ?? {}), ...Object.keys(is?.unsafeRecord ?? {})])];
  const absent = (sight: UnsafeRecord["is"]) =>
    sight === null ? "production does not answer" : (sight.why ?? "no such record");
  const said = [
    ...(was.unsafeRecord === null ? [`    then: ${absent(was)}`] : []),
    ...(is?.unsafeRecord == null ? [`    now:  ${absent(is)}`] : []),
  ];
  return [
    `  ${styleText("bold", plain(record))}`,
    ...said,
    ...columns.flatMap((column) => {
      const [then, now] = [was.unsafeRecord?.[column], is?.unsafeRecord?.[column]];
      const show = (value: string | null | undefined) => (value == null ? "NULL" : plain(value));
      if (then === now) return [`      ${plain(column)}: ${show(then)}`];
      return [
        ...(was.unsafeRecord === null ? [] : [styleText("green", `    then ${plain(column)}: ${show(then)}`)]),
        ...(is?.unsafeRecord == null ? [] : [styleText("red", `    now  ${plain(column)}: ${show(now)}`)]),
      ];
    }),
  ];
}

const titles = {
  proven: styleText(["bold", "green"], "PROVEN"),
  failed: styleText(["bold", "red"], "FAILED"),
  inconclusive: styleText(["bold", "yellow"], "INCONCLUSIVE"),
};

/** A look at a point in time on one screen. Nothing of production was changed. */
export function pointText(view: PointView): string {
  const { proven, changes, unsafeRecords, saved } = view;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", `  ${styleText("bold", title)}`, ...lines];
  const seconds = proven.phases.map(({ name, seconds: taken }) => `${name} ${taken.toFixed(1)} s`).join(", ");
  return [
    "",
    `${titles[view.verdict]}  ${view.database} as of ${plain(view.point)}   ${styleText("bold", "NOTHING HAS BEEN CHANGED")}`,
    `  From backup ${proven.backup.label} of ${proven.backup.finished_at}; recovery stopped ${plain(proven.stop.reason)} at ${proven.stop.lsn}.`,
    `  The window begins ${view.window.from}; the archive holds ${view.window.archive}. ${seconds}.`,
    ...section(
      "Proof",
      proven.checks.map(({ status, title, actual, reason }) => `    ${marks[status]} ${title}: ${reason || actual}`),
    ),
    ...proven.remarks.map((remark) => `    ! ${remark}`),
    ...section(
      "Around it",
      proven.chronicle.map(({ side, xid, at, did }) => {
        const line = `    ${side === "before" ? "in the copy " : "not in it   "} ${at}  transaction ${xid}  ${plain(did.join("; ")) || "nothing in this database"}`;
        return side === "before" ? line : styleText("dim", line);
      }),
    ),
    ...section("Tables then and now", changeLines(changes)),
    ...section("Records then and now", unsafeRecords.flatMap(recordLines)),
    ...(saved === null ? [] : ["", `  Kept as ${saved.id}: ${saved.where}`]),
    ...section(
      "What you can do now",
      view.next_steps.map((step) => `    · ${plain(step)}`),
    ),
    ...(view.destroyed ? [] : ["", styleText("red", "  The copy could not be removed entirely.")]),
  ].join("\n");
}

/** What a rehearsal came to. */
export function rehearsalText({ verdict, database, point, checks, phases, reason, report }: PointReport): string {
  return [
    "",
    `${titles[verdict]}  ${database} as of ${point === null ? "no second: only the window was looked at" : plain(point)}`,
    ...(reason === "" ? [] : [`  ${plain(reason)}`]),
    ...checks.map(({ status, title, actual, reason: why }) => `  ${marks[status]} ${title}: ${why || actual}`),
    `  ${phases.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`).join(", ")}`,
    `  Report: ${report.markdown}`,
  ].join("\n");
}
