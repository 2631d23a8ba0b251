import { spellAmount, spellBytes, spellCount, spellInstant } from "../../base/spell.ts";
import type { AnyReport } from "../model.ts";
import { light } from "./palette.ts";
import { backupsOf, dayOf, type Taken } from "./series.ts";
import { plotWidth, subtitleOf, timeAxis } from "./theme.ts";
import type { Chart, Spec } from "./types.ts";

const units = [
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
] as const;

/** One line over time, from zero: what collapses must look like it. */
function panel(title: string, colour: string, values: readonly { at: number; value: number }[]): Spec {
  return {
    title: { text: title, fontSize: 12, fontWeight: "normal", color: light.muted, frame: "group", offset: 4 },
    width: plotWidth,
    height: 80,
    data: { values },
    mark: { type: "line", color: colour, strokeWidth: 2, point: { size: 16, fill: colour, color: colour } },
    encoding: {
      x: { field: "at", ...timeAxis },
      y: {
        field: "value",
        type: "quantitative",
        scale: { zero: true },
        axis: { title: null, tickCount: 3, format: "~s", labelExpr: "datum.value === 0 ? '0' : datum.label" },
      },
    },
  };
}

/** Size and rows of every backup; null where none was taken yet. */
export function sizeChart(database: string, reports: readonly AnyReport[]): Chart | null {
  const backups = backupsOf(reports);
  const [first] = backups;
  const last = backups.at(-1);
  if (first === undefined || last === undefined) return null;
  const largest = Math.max(...backups.map(({ backup }) => backup.size_bytes));
  const [size, name] = units.find(([bytes]) => largest >= bytes) ?? [1, "bytes"];
  const points = (value: (backup: Taken["backup"]) => number) =>
    backups.map(({ backup }) => ({ at: Date.parse(backup.taken_at), value: value(backup) }));
  const title = "Size and rows of the backups";
  const said = ({ backup }: Taken) => `${spellBytes(backup.size_bytes)} and ${spellAmount(backup.rows, "row")}`;
  return {
    name: "size",
    database,
    title,
    description: `${spellAmount(backups.length, "backup")} of ${database} from ${dayOf(first)} to ${dayOf(last)}: ${said(first)} at first, ${said(last)} now.`,
    spec: {
      title: { text: title, subtitle: subtitleOf(database, `to ${dayOf(last)}`) },
      spacing: 14,
      vconcat: [
        panel(
          `Size in ${name}`,
          light.taken,
          points((backup) => backup.size_bytes / size),
        ),
        panel(
          "Rows",
          light.postData,
          points(({ rows }) => rows),
        ),
      ],
    },
    table: {
      head: ["Backup taken", "Size", "Rows", "Tables"],
      rows: backups.map(({ backup, report }) => ({
        cells: [
          spellInstant(backup.taken_at),
          spellBytes(backup.size_bytes),
          spellCount(backup.rows),
          spellCount(backup.tables),
        ],
        sources: [report.markdown],
      })),
    },
  };
}
