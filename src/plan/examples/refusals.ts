import { IthacaError } from "../../base/errors.ts";
import { parsePlan } from "../parse.ts";

/* How the tests write plans, and read why they are refused. */

/** The fault that a plan is refused with. */
export function refusal(text: string): IthacaError {
  try {
    parsePlan(text, "ithaca.yaml");
  } catch (error) {
    if (error instanceof IthacaError) return error;
    throw error;
  }
  throw new Error("the plan was taken");
}

/** The lines of a refusal, without the closing sentence. */
export const faults = (text: string): string[] => refusal(text).message.split("\n").slice(0, -1);

/** A plan whose database `shop` has these lines, the first of which is line 4. */
export const shop = (...lines: string[]) =>
  ["version: 1", "databases:", "  shop:", ...lines.map((line) => `    ${line}`)].join("\n");
/** A whole plan with these lines behind its database; the first is line 3. */
export const top = (...lines: string[]) => ["version: 1", "databases: {shop: {}}", ...lines].join("\n");
