import { prose } from "../escape.ts";
import { enumerate } from "../sections/lead.ts";
import { type DatabaseState, isSafe } from "./state.ts";

const names = (states: readonly DatabaseState[]) => enumerate(states.map(({ name }) => prose(name)));

/** The answer for all databases in a line. */
export function headline(states: readonly DatabaseState[]): string {
  const unsafe = states.filter((state) => isSafe(state) === false);
  const unknown = states.filter((state) => isSafe(state) === null);
  const besides = unknown.length === 0 ? "" : ` Not known: ${names(unknown)}.`;
  if (unsafe.length > 0) return `## ❌ No: not ${names(unsafe)}.${besides}`;
  if (unknown.length > 0) return `## ⚠️ Not known: ${names(unknown)}.`;
  return "## ✅ Yes: every database has a young backup, and the newest proof brought one back whole.";
}
