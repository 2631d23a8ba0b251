import { spellInstant, spellSeconds } from "../../base/spell.ts";
import type { AnyReport, ProofReport } from "../model.ts";
import { restoreSeconds } from "../objectives.ts";
import { runSigns, scaleOf } from "./marks.ts";
import { light } from "./palette.ts";
import { proofsOf } from "./series.ts";
import { plotWidth } from "./theme.ts";
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

/** How long the restore of each proof took, by phase; null where nothing was proven yet. */
export function restoreTimeChart(database: string, reports: readonly AnyReport[]): Chart | null {
  const proofs = proofsOf(reports).slice(-mostBars);
  const times = proofs.map((proof) => restoreSeconds(proof.phases));
  const measured = times.filter((time) => time !== null);
  const last = measured.at(-1);
  if (last === undefined) return null;
  const unit = unitOf(Math.max(...measured));
  const key = (index: number) => `${String(index).padStart(2, "0")} ${proofs[index]?.run.started_at.slice(5, 10)}`;
  const bars = proofs.flatMap((proof, index) =>
    times[index] === null
      ? []
      : names.map((phase, order) => ({ run: key(index), phase, order, time: secondsOf(proof, phase) / unit.size })),
  );
  const signs = proofs.flatMap(({ verdict }, index) =>
    verdict === "proven" ? [] : [{ run: key(index), verdict, time: (times[index] ?? 0) / unit.size }],
  );
  const title = "Restore time by phase";
  const bad = signs.length === 0 ? "" : ` ${signs.length} of these runs did not end proven and carry a sign.`;
  return {
    name: "restore-time",
    database,
    title,
    description: `Fetch, prepare and restore of the last ${proofs.length} proofs of ${database}: the newest took ${spellSeconds(last)}, the fastest ${spellSeconds(Math.min(...measured))}, the slowest ${spellSeconds(Math.max(...measured))}.${bad}`,
    spec: {
      title: { text: title, subtitle: `${database}, each bar a proof, in ${unit.name}` },
      width: plotWidth,
      height: 170,
      encoding: {
        x: {
          field: "run",
          type: "ordinal",
          sort: null,
          scale: { domain: proofs.map((_, index) => key(index)) },
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
      layer: [
        {
          data: { values: bars },
          mark: { type: "bar", stroke: light.paper, strokeWidth: 1 },
          encoding: {
            order: { field: "order", type: "quantitative" },
            color: {
              field: "phase",
              type: "nominal",
              scale: { domain: names, range: Object.values(phases) },
              legend: { columns: 3 },
            },
          },
        },
        {
          data: { values: signs },
          mark: { type: "point", filled: true, size: 80, opacity: 1, yOffset: -9 },
          encoding: {
            shape: { field: "verdict", type: "nominal", scale: scaleOf(runSigns, "shape"), legend: null },
            fill: { field: "verdict", type: "nominal", scale: scaleOf(runSigns, "colour"), legend: null },
          },
        },
      ],
      resolve: { scale: { color: "independent", fill: "independent" } },
    },
    table: {
      head: ["Proof", "Verdict", "Together", ...names],
      rows: proofs.map((proof, index) => {
        const time = times[index] ?? null;
        const cells = names.map((phase) => (time === null ? "–" : spellSeconds(secondsOf(proof, phase))));
        return {
          cells: [
            spellInstant(proof.run.started_at),
            proof.verdict,
            time === null ? "did not end" : spellSeconds(time),
            ...cells,
          ],
          sources: [proof.report.markdown],
        };
      }),
    },
  };
}
