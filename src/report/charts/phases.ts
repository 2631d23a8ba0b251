import { spellSeconds } from "../../base/spell.ts";
import type { ProofReport } from "../model.ts";
import { isRecoveryPhase, restoreSeconds } from "../objectives.ts";
import { barsPicture, type Shades } from "./bars.ts";
import { light } from "./palette.ts";

type Timed = Pick<ProofReport, "database" | "phases" | "objectives">;

/** The phases that a recovery waits for, in the colours that they have in the chart of all proofs. */
const colours: Readonly<Record<string, string>> = {
  fetch: light.fetch,
  prepare: light.prepare,
  "restore.pre-data": light.preData,
  "restore.data": light.data,
  "restore.post-data": light.postData,
};

/** What the picture shows, in words; null where no phase was timed. */
export function phasesInWords({ database, phases, objectives }: Timed): string | null {
  const longest = phases.toSorted((a, b) => b.seconds - a.seconds)[0];
  if (longest === undefined) return null;
  const restored = restoreSeconds(phases);
  const promise = `${spellSeconds(objectives.rto.target_s)} promised`;
  const recovery =
    restored === null ? "the restore did not come to its end" : `restored in ${spellSeconds(restored)}, ${promise}`;
  return `Time of each phase of the proof of ${database}: ${recovery}. The longest phase was ${longest.name} with ${spellSeconds(longest.seconds)}.`;
}

/**
 * The time of a proof's phases as SVG, light and dark; null where no phase was timed. Equal reports give equal bytes.
 */
export function phasesPicture(report: Timed): Shades | null {
  const words = phasesInWords(report);
  if (words === null) return null;
  const { database, phases, objectives } = report;
  const restored = restoreSeconds(phases);
  const subtitle =
    restored === null
      ? "the restore did not come to its end"
      : `restored in ${spellSeconds(restored)}, promised ${spellSeconds(objectives.rto.target_s)} (RTO); grey: the proof`;
  const bars = phases.map(({ name, seconds }) => ({
    name,
    seconds,
    colour: isRecoveryPhase(name) ? (colours[name] ?? light.data) : light.muted,
  }));
  return barsPicture({ title: "Time by phase", subtitle, database, words, bars, names: 136 });
}
