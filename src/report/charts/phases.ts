import { spellSeconds } from "../format.ts";
import type { ProofReport } from "../model.ts";
import { isRecoveryPhase, restoreSeconds } from "../objectives.ts";
import { light } from "./palette.ts";
import { escaped, pictureWidth, recoloured } from "./svg.ts";
import { font } from "./theme.ts";

/*
 * The picture of one proof: how long each phase took. A bar a phase is all there is to it, so it is written down here:
 * loading vega would make every proof a second longer.
 */

type Timed = Pick<ProofReport, "database" | "phases" | "objectives">;

/** The phases that a recovery waits for, in the colours that they have in the chart of all proofs. */
const colours: Readonly<Record<string, string>> = {
  fetch: light.fetch,
  prepare: light.prepare,
  "restore.pre-data": light.preData,
  "restore.data": light.data,
  "restore.post-data": light.postData,
};

const row = 22;
const top = 58;
const barsFrom = 136;
const longestBar = 200;

/** Beyond this a picture is no picture; the table below it has all of them. */
const mostPhases = 24;

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

const text = (x: number, y: number, words: string, colour: string, more = "") =>
  `<text x="${x}" y="${y}" fill="${colour}"${more}>${escaped(words)}</text>`;

/**
 * The time of a proof's phases as SVG, light and dark; null where no phase was timed. Equal reports give equal bytes.
 */
export function phasesPicture(report: Timed): { readonly light: string; readonly dark: string } | null {
  const words = phasesInWords(report);
  if (words === null) return null;
  const { database, phases, objectives } = report;
  const shown = phases.slice(0, mostPhases);
  const longest = Math.max(...shown.map(({ seconds }) => seconds), 0.001);
  const height = top + shown.length * row + 10;
  const restored = restoreSeconds(phases);
  const subtitle =
    restored === null
      ? "the restore did not come to its end"
      : `restored in ${spellSeconds(restored)}, promised ${spellSeconds(objectives.rto.target_s)} (RTO); grey: the proof`;
  const bars = shown.map(({ name, seconds }, index) => {
    const y = top + index * row;
    const width = Math.max(1.5, Math.round((seconds / longest) * longestBar * 10) / 10);
    const colour = isRecoveryPhase(name) ? (colours[name] ?? light.data) : light.muted;
    return [
      text(barsFrom - 8, y + 12, name, light.ink, ' text-anchor="end"'),
      `<rect x="${barsFrom}" y="${y}" width="${width}" height="16" rx="2" fill="${colour}"/>`,
      text(barsFrom + width + 6, y + 12, spellSeconds(seconds), light.muted),
    ].join("");
  });
  const title = "Time by phase";
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" aria-describedby="desc" width="${pictureWidth}" height="${height}" viewBox="0 0 ${pictureWidth} ${height}" font-family="${font}" font-size="12">`,
    `<title id="title">${escaped(`${title}: ${database}`)}</title><desc id="desc">${escaped(words)}</desc>`,
    `<rect width="${pictureWidth}" height="${height}" fill="${light.paper}"/>`,
    text(8, 22, title, light.ink, ' font-size="15" font-weight="600"'),
    text(8, 42, subtitle, light.muted),
    ...bars,
    "</svg>\n",
  ].join("");
  return { light: svg, dark: recoloured(svg) };
}
