import { rowHarms } from "./harms/rows.ts";
import { securityHarms } from "./harms/security.ts";
import { stateHarms } from "./harms/state.ts";
import { structureHarms } from "./harms/structure.ts";
import type { Harm } from "./types.ts";

/** Every kind of harm. */
export const allHarms: readonly Harm[] = [...rowHarms, ...securityHarms, ...structureHarms, ...stateHarms];

/** How many acts of each family a proof tries, where the copy has what they need: twelve in all. */
export const quotas: Readonly<Record<Harm["family"], number>> = { rows: 4, security: 3, structure: 3, state: 2 };
