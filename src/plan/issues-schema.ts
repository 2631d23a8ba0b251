import { z } from "zod";

/* What a plan says about issues besides who is assigned to them. */

/** Keys of `alerts`. */
export const alertIssues = {
  labels: z
    .array(z.string().regex(/^[^,\p{Cc}]{1,50}$/u, { message: "must be a label: 1 to 50 characters without a comma" }))
    .max(20)
    .default([])
    .describe("Labels that every issue gets besides `ithaca` and the database's, such as on-call"),
};
