import { spellAmount, spellSeconds } from "../../base/spell.ts";
import type { DrillReport } from "../model.ts";
import { barsPicture, type Shades } from "./bars.ts";
import { light } from "./palette.ts";

type Drilled = Pick<DrillReport, "database" | "phases" | "objectives" | "trend">;

/** What people would wait for, and not what prepares the drill or proves more than it must. */
const ofRecovery = ({ phases }: Drilled) => phases.filter(({ part }) => part === "recovery");

/** A phase that is over before anybody sees it has no bar; the table has all of them. */
const leastSeconds = 0.05;

/** What the picture shows, in words; null where nothing was recovered. */
export function drillInWords(report: Drilled): string | null {
  const { database, objectives, trend } = report;
  const longest = ofRecovery(report).toSorted((a, b) => b.seconds - a.seconds)[0];
  if (longest === undefined) return null;
  const { measured_s, target_s } = objectives.rto;
  const back =
    measured_s === null
      ? "it did not come back"
      : `back in ${spellSeconds(measured_s)}, ${spellSeconds(target_s)} promised`;
  const compared =
    trend.drills === 0
      ? "There is no earlier drill."
      : `Against the last drill ${trend.slower.length === 0 ? "nothing became slower" : `${spellAmount(trend.slower.length, "phase")} became slower`}.`;
  return `Time of each phase of the recovery of ${database} in a drill: ${back}. The longest phase was ${longest.name} with ${spellSeconds(longest.seconds)}. ${compared}`;
}

/** A drill's recovery phase by phase, with the last drill's times, light and dark; null where nothing was recovered. */
export function drillPicture(report: Drilled): Shades | null {
  const words = drillInWords(report);
  if (words === null) return null;
  const { database, objectives, trend } = report;
  const { measured_s, target_s } = objectives.rto;
  const before = new Map(trend.changes.map(({ name, before_s }) => [name, before_s]));
  const slower = new Set(trend.slower.map(({ name }) => name));
  const back = measured_s === null ? "it did not come back" : `back in ${spellSeconds(measured_s)}`;
  const bars = ofRecovery(report)
    .filter(({ name, seconds }) => Math.max(seconds, before.get(name) ?? 0) >= leastSeconds)
    .map(({ name, seconds }) => ({
      name,
      seconds,
      colour: slower.has(name) ? light.data : light.taken,
      before: before.get(name),
    }));
  const legend = before.size === 0 ? "" : "; line: last drill, orange: slower";
  return barsPicture({
    title: "Time until it was back",
    subtitle: `${back} of ${spellSeconds(target_s)} (RTO)${legend}`,
    database,
    words,
    bars,
    names: 164,
  });
}
