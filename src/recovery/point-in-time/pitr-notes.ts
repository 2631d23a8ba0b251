import { z } from "zod";
import { lossSchema } from "../incident.ts";
import type { Notes } from "../types.ts";
import { meanwhileSchema } from "./nearest-census.ts";

/** What a later run must know. */
const notesSchema = z.object({
  /** When the platform was asked; absent as long as it was not, and null where it has refused. */
  asked_at: z.iso
    .datetime()
    .nullish()
    .transform((at) => at ?? undefined),
  /** When it was seen that the marker had gone; from then on it stands there again. */
  restored_at: z.iso.datetime().optional(),
  /** Production's tables right before, with the rows that are younger than the point. */
  before: z.array(lossSchema).default([]),
  /** What was written since the nearest census until then; absent where there is none. */
  meanwhile: meanwhileSchema.optional(),
});
export const notesOf = (notes: Notes): z.output<typeof notesSchema> => notesSchema.parse(notes);
