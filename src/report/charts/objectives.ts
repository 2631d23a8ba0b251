import { spellAmount, spellInstant, spellSeconds } from "../../base/spell.ts";
import type { AnyReport, Objective, ProofReport } from "../model.ts";
import { promiseSigns, scaleOf } from "./marks.ts";
import { light } from "./palette.ts";
import { dayOf, proofsOf } from "./series.ts";
import { plotWidth, subtitleOf, timeAxis } from "./theme.ts";
import type { Chart, Spec } from "./types.ts";

/** Round times, for an axis on which every step is a multiple. */
const ticks = [1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600];

interface Point {
  readonly at: number;
  readonly seconds: number;
  readonly target: number;
  readonly kept: keyof typeof promiseSigns;
}

function pointsOf(proofs: readonly ProofReport[], of: (proof: ProofReport) => Objective): Point[] {
  return proofs.flatMap((proof) => {
    const { measured_s: seconds, target_s: target, met } = of(proof);
    if (seconds === null) return [];
    // Zero has no place on this axis.
    return [
      {
        at: Date.parse(proof.run.started_at),
        seconds: Math.max(seconds, 0.5),
        target,
        kept: met ? "kept" : "not kept",
      },
    ];
  });
}

/** What was measured below, or above, the line of what is promised. */
function panel(title: string, points: readonly Point[]): Spec {
  const all = points.flatMap(({ seconds, target }) => [seconds, target]);
  const [low, high] = [Math.min(...all) / 2, Math.max(...all) * 2.5];
  const inside = ticks.filter((tick) => tick >= low && tick <= Math.max(...all));
  // Labels need room: of many every other one is enough.
  const values = inside.length > 4 ? inside.filter((_, index) => index % 2 === 0) : inside;
  const labels = JSON.stringify(Object.fromEntries(values.map((tick) => [tick, spellSeconds(tick)])));
  const promised = points.at(-1)?.target ?? 0;
  // A line through one point has no length, and the promise would be a word beside nothing.
  const acrossTime = points.length === 1 ? { type: "rule" } : { type: "line", interpolate: "step-after" };
  return {
    title: { text: title, fontSize: 12, fontWeight: "normal", color: light.muted, frame: "group", offset: 4 },
    width: plotWidth,
    height: 84,
    data: { values: points },
    encoding: { x: { field: "at", ...timeAxis } },
    layer: [
      {
        mark: { ...acrossTime, color: light.ink, strokeDash: [6, 4], strokeWidth: 1.5 },
        encoding: {
          ...(points.length === 1 ? { x: { value: 0 }, x2: { value: plotWidth } } : {}),
          y: {
            field: "target",
            type: "quantitative",
            scale: { type: "log", domain: [low, high], nice: false },
            axis: { title: null, values, labelExpr: `${labels}[datum.value]` },
          },
        },
      },
      {
        data: { values: [{ seconds: promised }] },
        mark: { type: "text", align: "left", baseline: "bottom", dy: -3, fontSize: 12, color: light.ink },
        encoding: {
          x: { value: 2 },
          y: { field: "seconds", type: "quantitative" },
          text: { value: `promised: ${spellSeconds(promised)}` },
        },
      },
      {
        mark: { type: "line", color: light.muted, strokeWidth: 1 },
        encoding: { y: { field: "seconds", type: "quantitative" } },
      },
      {
        mark: { type: "point", filled: true, size: 60, opacity: 1 },
        encoding: {
          y: { field: "seconds", type: "quantitative" },
          shape: { field: "kept", type: "nominal", scale: scaleOf(promiseSigns, "shape") },
          fill: { field: "kept", type: "nominal", scale: scaleOf(promiseSigns, "colour") },
        },
      },
    ],
  };
}

function said(name: string, points: readonly Point[]): string {
  const newest = points.at(-1);
  if (newest === undefined) return `${name} was not measured.`;
  const broken = points.filter(({ kept }) => kept === "not kept").length;
  return `${name}: ${spellSeconds(newest.seconds)} at last, ${spellSeconds(newest.target)} promised, not kept in ${broken} of ${spellAmount(points.length, "run")}.`;
}

/** Recovery time and recovery point of each proof against the plan's; null where nothing was measured yet. */
export function objectivesChart(database: string, reports: readonly AnyReport[]): Chart | null {
  const proofs = proofsOf(reports);
  const parts = [
    { name: "Recovery time (RTO)", points: pointsOf(proofs, ({ objectives }) => objectives.rto) },
    { name: "Age of the newest backup (RPO)", points: pointsOf(proofs, ({ objectives }) => objectives.rpo) },
  ];
  const shown = parts.filter(({ points }) => points.length > 0);
  const last = proofs.at(-1);
  if (shown.length === 0 || last === undefined) return null;
  const title = "What was promised, what was measured";
  const cell = ({ measured_s }: Objective) => (measured_s === null ? "not measured" : spellSeconds(measured_s));
  const kept = ({ met }: Objective) => (met === null ? "not known" : met ? "kept" : "not kept");
  return {
    name: "objectives",
    database,
    title,
    description: `${database}. ${parts.map(({ name, points }) => said(name, points)).join(" ")}`,
    spec: {
      title: { text: title, subtitle: subtitleOf(database, `to ${dayOf(last)}; logarithmic scale`) },
      spacing: 14,
      vconcat: shown.map(({ name, points }) => panel(name, points)),
    },
    table: {
      head: ["Proof", "Recovery time", "Promised", "RTO", "Newest backup's age", "Promised", "RPO"],
      rows: proofs.map(({ run, objectives: { rto, rpo }, report }) => ({
        cells: [
          spellInstant(run.started_at),
          ...[rto, rpo].flatMap((each) => [cell(each), spellSeconds(each.target_s), kept(each)]),
        ],
        sources: [report.markdown],
      })),
    },
  };
}
