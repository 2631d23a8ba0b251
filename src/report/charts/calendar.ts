import { dayLength } from "../../base/calendar.ts";
import { spellAmount } from "../../base/spell.ts";
import { isBackup, isProof } from "../history.ts";
import type { AnyReport } from "../model.ts";
import { daySigns, scaleOf } from "./marks.ts";
import { light } from "./palette.ts";
import { chartDays, dayOf, inWindow, newestEnd } from "./series.ts";
import { plotWidth, subtitleOf } from "./theme.ts";
import type { Chart, Spec } from "./types.ts";

export type DayStatus = keyof typeof daySigns;
const statuses = Object.keys(daySigns) as DayStatus[];
/** Of several that apply to a day the first counts. */
const byWeight = ["failed", "inconclusive", "proven", "backed up"] as const satisfies readonly DayStatus[];

export interface Day {
  /** `2026-11-22` */
  readonly day: string;
  readonly status: DayStatus;
  readonly reports: readonly AnyReport[];
}

/** What a report makes of its day. */
function statusOf(report: AnyReport): DayStatus | null {
  if (report.verdict === "failed" || report.verdict === "inconclusive") return report.verdict;
  if (isBackup(report)) return "backed up";
  // A check or a watch that found nothing wrong has proven nothing.
  return isProof(report) ? "proven" : null;
}

/** The days of the window since the first report, oldest first; the worst of a day is its status. */
function daysOf(reports: readonly AnyReport[]): Day[] {
  const shown = inWindow(reports);
  const [first] = shown;
  if (first === undefined) return [];
  const byDay = Map.groupBy(shown, dayOf);
  const end = newestEnd(reports);
  return Array.from({ length: chartDays }, (_, index) =>
    new Date(end - (chartDays - 1 - index) * dayLength).toISOString().slice(0, 10),
  )
    .filter((day) => day >= dayOf(first))
    .map((day) => {
      const ofDay = byDay.get(day) ?? [];
      const found = new Set(ofDay.map(statusOf));
      const status = byWeight.find((each) => found.has(each)) ?? "none";
      return { day, status, reports: ofDay };
    });
}

/** Cells of the colour of a status, each with its sign: for the days and for the key below them. */
function cells(more: Spec): Spec[] {
  const colour = { field: "status", type: "nominal", scale: scaleOf(daySigns, "colour"), legend: null };
  const shape = { field: "status", type: "nominal", scale: scaleOf(daySigns, "shape"), legend: null };
  const signed = { condition: { test: "datum.status === 'none'", value: light.muted }, value: light.paper };
  return [
    {
      mark: { type: "rect", cornerRadius: 3, stroke: light.line, strokeWidth: 1, ...more },
      encoding: { color: colour },
    },
    { mark: { type: "point", filled: true, size: 95, opacity: 1 }, encoding: { shape, fill: signed } },
  ];
}

const step = 22;

function grid(days: readonly Day[]): Spec {
  const values = days.map(({ day, status }) => {
    const weekday = (new Date(day).getUTCDay() + 6) % 7;
    return { week: new Date(Date.parse(day) - weekday * dayLength).toISOString().slice(0, 10), weekday, status };
  });
  return {
    width: { step },
    height: { step },
    data: { values },
    encoding: {
      x: {
        field: "week",
        type: "ordinal",
        scale: { paddingInner: 0.12 },
        axis: {
          title: null,
          orient: "top",
          domain: false,
          ticks: false,
          labelAngle: 0,
          labelAlign: "left",
          labelOffset: -step / 2 + 2,
          // A month's name stands over its first whole week.
          labelExpr: "+slice(datum.label, 8) < 8 ? monthAbbrevFormat(+slice(datum.label, 5, 7) - 1) : ''",
          labelOverlap: false,
        },
      },
      y: {
        field: "weekday",
        type: "ordinal",
        scale: { domain: [0, 1, 2, 3, 4, 5, 6], paddingInner: 0.12 },
        axis: { title: null, labelExpr: "['Mon', '', 'Wed', '', 'Fri', '', 'Sun'][datum.value]" },
      },
    },
    layer: cells({}),
  };
}

const keyColumns = [9, 134, 266];

/** What the signs mean, with the number of days. */
function key(days: readonly Day[]): Spec {
  const values = statuses.toReversed().map((status, index) => ({
    status,
    says: `${status === "none" ? "nothing ran" : status}: ${days.filter((day) => day.status === status).length}`,
    column: keyColumns[index % keyColumns.length],
    row: Math.floor(index / 3) * 24 + 10,
  }));
  return {
    width: plotWidth,
    height: 46,
    data: { values },
    encoding: {
      x: { field: "column", type: "quantitative", scale: { domain: [0, plotWidth] }, axis: null },
      y: { field: "row", type: "quantitative", scale: { domain: [46, 0] }, axis: null },
    },
    layer: [
      ...cells({ width: 18, height: 18 }),
      {
        mark: { type: "text", align: "left", baseline: "middle", dx: 15, fontSize: 12, color: light.ink },
        encoding: { text: { field: "says", type: "nominal" } },
      },
    ],
  };
}

/** The last 90 days, each with what it came to; null where nothing ran yet. */
export function calendarChart(database: string, reports: readonly AnyReport[]): Chart | null {
  const days = daysOf(reports);
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const title = `The last ${chartDays} days`;
  const of = (status: DayStatus) => days.filter((day) => day.status === status);
  const named = (["failed", "inconclusive", "none"] as const).flatMap((status) => {
    const list = of(status).map(({ day }) => day);
    return list.length === 0 ? [] : [`${status === "none" ? "nothing ran" : status} on ${list.join(", ")}`];
  });
  return {
    name: "calendar",
    database,
    title,
    description: `${database} from ${first.day} to ${last.day}: proven on ${spellAmount(of("proven").length, "day")}, backed up and not proven on ${of("backed up").length}; ${named.length === 0 ? "nothing failed and no day is missing" : named.join("; ")}.`,
    spec: {
      title: { text: title, subtitle: subtitleOf(database, `${first.day} to ${last.day}, each day at its worst`) },
      spacing: 12,
      vconcat: [grid(days), key(days)],
    },
    table: {
      head: ["Day", "What it came to", "Runs"],
      rows: days.toReversed().map(({ day, status, reports: ofDay }) => ({
        cells: [
          day,
          status === "none" ? "nothing ran" : status,
          ofDay.map(({ kind, verdict }) => `${kind} ${verdict}`).join(", ") || "–",
        ],
        sources: ofDay.map(({ report }) => report.markdown),
      })),
    },
  };
}
