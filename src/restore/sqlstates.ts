import type { Skipped } from "./types.ts";

/*
 * Errors that say what this server lacks, and nothing about the backup: what they concern is skipped and reported.
 */

/** undefined_object; also raised for a setting that this server's version does not know. */
const undefinedObject = "42704";
/** invalid_parameter_value: no provider of that name is loaded. */
const invalidParameterValue = "22023";

export function unknownLabelProvider(sqlstate: string, what: string, provider: string): Skipped | null {
  if (sqlstate !== invalidParameterValue) return null;
  return {
    what: `security label of ${what}`,
    why: `the throwaway server has no label provider ${provider}`,
    kind: "label",
    object: what,
  };
}

export function undefinedSetting(sqlstate: string, setting: string, owner: string): Skipped | null {
  if (sqlstate !== undefinedObject) return null;
  return {
    what: `setting ${setting} of ${owner}`,
    why: "the throwaway server does not know this setting",
    kind: "setting",
    object: `${owner}: ${setting}`,
  };
}
