import type { DamagesResult } from "../../src/operations/damages/damages.ts";

const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The table of the catalogue, and the line that says it all. */
export function damagesText({ trials, caught, damages, falseAlarms, variants }: DamagesResult): string {
  const rows = trials.map(({ family, kind, verdict, by, reads, right, seconds }) => {
    const noticed =
      by.length === 0 ? verdict : `${by.slice(0, 2).join(", ")}${by.length > 2 ? `, +${by.length - 2}` : ""}`;
    const mark = right ? "✓" : "✗";
    const what = short(`${family}: ${kind}`, 62).padEnd(62);
    return `${mark} ${what} ${short(noticed, 46).padEnd(46)} ${seconds.toFixed(1).padStart(5)} s  ${short(reads.replaceAll("\n", " "), 110)}`;
  });
  const total = `caught ${caught}/${damages}, false alarms ${falseAlarms}/${variants}`;
  return [...rows, "", total].join("\n");
}
