import type { Difference, Json } from "../census/types.ts";
import type { Skipped } from "../restore/types.ts";
import { unquoted } from "./names.ts";

/*
 * The restore leaves some settings and role attributes out on purpose (they would act, or the throwaway server does not
 * know them). What differs because of that, and only that, is no finding: the report lists what was skipped, and why.
 */

function settingsOf(difference: Difference, side: "expected" | "actual"): readonly string[] | null {
  let value: Json | undefined = difference[side];
  if (difference.attribute === "*" && value !== null && typeof value === "object" && !Array.isArray(value)) {
    value = (value as { readonly [attribute: string]: Json }).settings;
  } else if (difference.attribute !== "settings" && difference.attribute !== "*") return null;
  if (value === null || value === undefined) return [];
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : null;
}

/** Whose settings these are, in the words of the restore. */
function ownerOf({ kind, object }: Difference): string | null {
  if (kind === "database") return "the database";
  if (kind === "role") return `role ${unquoted(object)}`;
  return kind === "role-setting" ? `role ${unquoted(object)} in the database` : null;
}

function onlySkippedSettings(difference: Difference, skipped: readonly Skipped[]): boolean {
  const owner = ownerOf(difference);
  if (owner === null || (difference.attribute === "*" && difference.kind !== "role-setting")) return false;
  const [expected, actual] = [settingsOf(difference, "expected"), settingsOf(difference, "actual")];
  if (expected === null || actual === null || !actual.every((setting) => expected.includes(setting))) return false;
  const left = new Set(skipped.filter(({ kind }) => kind === "setting").map(({ object }) => object.toLowerCase()));
  const lost = expected.filter((setting) => !actual.includes(setting));
  const name = (setting: string) => setting.slice(0, setting.indexOf("="));
  return lost.length > 0 && lost.every((setting) => left.has(`${owner}: ${name(setting)}`.toLowerCase()));
}

function attributesOfSkippedRole(difference: Difference, skipped: readonly Skipped[]): boolean {
  if (difference.kind !== "role" || difference.change !== "changed" || difference.attribute === "settings")
    return false;
  return skipped.some(({ kind, object }) => kind === "role" && object === unquoted(difference.object));
}

/** Whether a difference is there only because the restore left something out on purpose. */
export function isSkipped(difference: Difference, skipped: readonly Skipped[]): boolean {
  return onlySkippedSettings(difference, skipped) || attributesOfSkippedRole(difference, skipped);
}
