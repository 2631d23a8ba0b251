import { z } from "zod";
import type { Target } from "../../../postgres/types.ts";
import { readMarker } from "../../marker.ts";
import type { Notes } from "../../types.ts";
import { activeJobs, readOnlySetting } from "./writers.ts";

const leftSchema = z.object({
  read_only: z.string().nullable(),
  jobs: z.array(z.string()).default([]),
});

/**
 * What an earlier recovery in place that ended with a person has noted of the time before it, as notes of this one.
 * Production is read only then because it was left so: whoever took that for the state of before would leave it read
 * only for ever. Nothing where there is no such marker, or where a person has let writers in meanwhile.
 */
export async function leftByAnEarlier(target: Target, incidentId: string): Promise<Notes> {
  const marker = await readMarker(target);
  if (marker === null || marker.id === incidentId) return {};
  const left = leftSchema.safeParse(marker.notes);
  if (!left.success || (await readOnlySetting(target)) !== "on") return {};
  const { read_only, jobs } = left.data;
  // Jobs that were made, or switched on, since then are to be on afterwards too.
  const all = new Set([...jobs, ...(await activeJobs(target))]);
  return { read_only, jobs: [...all], inherited_from: marker.id };
}
