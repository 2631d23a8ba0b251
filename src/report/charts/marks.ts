import { light } from "./palette.ts";

/*
 * The signs of charts. Shapes are paths, for a font may lack a check mark, and nothing is told by colour alone.
 */

/** Within a square from -1 to 1, as vega draws symbols. */
const shapes = {
  check: "M-0.9,0.05L-0.6,-0.25L-0.25,0.1L0.6,-0.75L0.9,-0.45L-0.25,0.7Z",
  cross: "M-0.8,-0.5L-0.5,-0.8L0,-0.3L0.5,-0.8L0.8,-0.5L0.3,0L0.8,0.5L0.5,0.8L0,0.3L-0.5,0.8L-0.8,0.5L-0.3,0Z",
  question:
    "M-0.5,-0.35C-0.5,-0.95 0.5,-0.95 0.5,-0.35C0.5,0 0.17,0.02 0.17,0.35L-0.17,0.35C-0.17,-0.1 0.15,-0.15 0.15,-0.35C0.15,-0.5 -0.15,-0.5 -0.15,-0.35ZM-0.2,0.55L0.2,0.55L0.2,0.9L-0.2,0.9Z",
  dot: "M-0.45,0A0.45,0.45,0,1,1,0.45,0A0.45,0.45,0,1,1,-0.45,0Z",
  dash: "M-0.6,-0.12L0.6,-0.12L0.6,0.12L-0.6,0.12Z",
  disc: "M-0.6,0A0.6,0.6,0,1,1,0.6,0A0.6,0.6,0,1,1,-0.6,0Z",
} as const;

export interface Sign {
  readonly shape: string;
  readonly colour: string;
}

/** What a day came to. */
export const daySigns = {
  failed: { shape: shapes.cross, colour: light.bad },
  inconclusive: { shape: shapes.question, colour: light.unknown },
  none: { shape: shapes.dash, colour: light.paper },
  "backed up": { shape: shapes.dot, colour: light.taken },
  proven: { shape: shapes.check, colour: light.good },
} as const satisfies Readonly<Record<string, Sign>>;

/** Whether a promise was kept. */
export const promiseSigns = {
  kept: { shape: shapes.disc, colour: light.good },
  "not kept": { shape: shapes.cross, colour: light.bad },
} as const satisfies Readonly<Record<string, Sign>>;

/** A run that is no proof, above its bar. */
export const runSigns = {
  failed: daySigns.failed,
  inconclusive: daySigns.inconclusive,
} as const satisfies Readonly<Record<string, Sign>>;

/** A scale from the words of a table of signs to their shapes or colours. */
export function scaleOf(signs: Readonly<Record<string, Sign>>, what: keyof Sign) {
  return { domain: Object.keys(signs), range: Object.values(signs).map((sign) => sign[what]) };
}
