import { spellAmount, spellInstant, spellSeconds } from "../../base/spell.ts";
import type { AnyReport, ProofReport } from "../model.ts";
import { restoreSeconds } from "../objectives.ts";
import { runSigns, scaleOf } from "./marks.ts";
import { light } from "./palette.ts";
import { proofsOf } from "./series.ts";
import { plotWidth, subtitleOf } from "./theme.ts";
import type { Chart } from "./types.ts";

/** The phases that a recovery waits for, from the bottom of a bar to its top, each in its colour. */
const phases: Readonly<Record<string, string>> = {
  fetch: light.fetch,
  prepare: light.prepare,
  "restore.pre-data": light.preData,
  "restore.data": light.data,
  "restore.post-data": light.postData,
};
const names = Object.keys(phases);

/** Bars that fit into the width of a phone. */
const mostBars = 24;

/** The largest unit in which the longest bar is two or more. */
function unitOf(seconds: number): { readonly name: string; readonly size: number } {
  if (seconds >= 7200) return { name: "hours", size: 3600 };
  return seconds >= 120 ? { name: "minutes", size: 60 } : { name: "seconds", size: 1 };
}

const secondsOf = (proof: ProofReport, phase: string) =>
  proof.phases.filter(({ name }) => name === phase).reduce((sum, { seconds }) => sum + seconds, 0);

/** A proof, the seconds of its restore (null where it did not end), and its place on the axis: the date behind two digits that keep the order. */
interface Bar {
  readonly proof: ProofReport;
  readonly time: number | null;
  readonly run: string;
}

/** How long the restore of each proof took, by phase; null where nothing was proven yet. */
export function restoreTimeChart(database: string, reports: readonly AnyReport[]): Chart | null {
  const bars = proofsOf(reports)
    .slice(-mostBars)
    .map((proof, index) => ({
      proof,
      time: restoreSeconds(proof.phases),
      run: `${String(index).padStart(2, "0")} ${proof.run.started_at.slice(5, 10)}`,
    }));
  const measured = bars.flatMap(({ time }) => (time === null ? [] : [time]));
  const last = measured.at(-1);
  if (last === undefined) return null;
  const title = "Restore time by phase";
  const signed = bars.filter(({ proof }) => proof.verdict !== "proven").length;
  const bad = signed === 0 ? "" : ` ${signed} of these runs did not end proven and carry a sign.`;
  return {
    name: "restore-time",
    database,
    title,
    description: `Fetch, prepare and restore of the last ${spellAmount(bars.length, "proof")} of ${database}: the newest took ${spellSeconds(last)}, the fastest ${spellSeconds(Math.min(...measured))}, the slowest ${spellSeconds(Math.max(...measured))}.${bad}`,
    spec: specOf(title, database, bars, unitOf(Math.max(...measured))),
    table: tableOf(bars),
  };
}

function specOf(title: string, database: string, bars: readonly Bar[], unit: ReturnType<typeof unitOf>): Chart["spec"] {
  return {
    title: { text: title, subtitle: subtitleOf(database, `each bar a proof, in ${unit.name}`) },
    width: plotWidth,
    height: 170,
    encoding: {
      x: {
        field: "run",
        type: "ordinal",
        sort: null,
        scale: { domain: bars.map(({ run }) => run) },
        axis: {
          title: null,
          labelExpr: "slice(datum.label, 3)",
          labelAngle: 0,
          labelOverlap: true,
          labelFlush: true,
        },
      },
      y: { field: "time", type: "quantitative", axis: { title: null, tickCount: 5 } },
    },
    layer: [phaseLayer(bars, unit.size), signLayer(bars, unit.size)],
    resolve: { scale: { color: "independent", fill: "independent" } },
  };
}

function phaseLayer(bars: readonly Bar[], unit: number) {
  const values = bars.flatMap(({ proof, time, run }) =>
    time === null ? [] : names.map((phase, order) => ({ run, phase, order, time: secondsOf(proof, phase) / unit })),
  );
  return {
    data: { values },
    mark: { type: "bar" as const, stroke: light.paper, strokeWidth: 1 },
    encoding: {
      order: { field: "order", type: "quantitative" as const },
      color: {
        field: "phase",
        type: "nominal" as const,
        scale: { domain: names, range: Object.values(phases) },
        legend: { columns: 3 },
      },
    },
  };
}

/** A sign above each bar of a run that did not end proven. */
function signLayer(bars: readonly Bar[], unit: number) {
  const values = bars.flatMap(({ proof: { verdict }, time, run }) =>
    verdict === "proven" ? [] : [{ run, verdict, time: (time ?? 0) / unit }],
  );
  return {
    data: { values },
    mark: { type: "point" as const, filled: true, size: 80, opacity: 1, yOffset: -9 },
    encoding: {
      shape: { field: "verdict", type: "nominal" as const, scale: scaleOf(runSigns, "shape"), legend: null },
      fill: { field: "verdict", type: "nominal" as const, scale: scaleOf(runSigns, "colour"), legend: null },
    },
  };
}

function tableOf(bars: readonly Bar[]): Chart["table"] {
  return {
    head: ["Proof", "Verdict", "Together", ...names],
    rows: bars.map(({ proof, time }) => ({
      cells: [
        spellInstant(proof.run.started_at),
        proof.verdict,
        time === null ? "did not end" : spellSeconds(time),
        ...names.map((phase) => (time === null ? "–" : spellSeconds(secondsOf(proof, phase)))),
      ],
      sources: [proof.report.markdown],
    })),
  };
}
