import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** The plan that this repository came with; a team that has put its own in that place keeps it as `inner-odyssey.yaml`. */
export const innerOdysseyPlan: string = existsSync(at("inner-odyssey.yaml"))
  ? at("inner-odyssey.yaml")
  : at("ithaca.yaml");
