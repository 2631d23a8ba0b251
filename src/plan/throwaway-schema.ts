import { z } from "zod";
import { cron, identifier } from "./fields.ts";

/* What a plan says about the machines that GitHub lends: the throwaway server of a job, and further schedules. */

/** The part behind the colon of an image's name that says the major, where it does: `17.11.0.018`, `17-alpine`. */
function majorOfTag(image: string): number | null {
  const major = /:v?(\d+)[^/]*$/.exec(image)?.[1];
  return major === undefined ? null : Number(major);
}

export const throwaway = z
  .strictObject({
    major: z
      .int()
      .min(15)
      .max(18)
      .default(17)
      .describe("Major version of PostgreSQL that copies are restored into, and of the client that is installed"),
    image: z
      .string()
      .regex(/^[a-z0-9][\w.-]*(:\d+)?(\/[\w.-]+)*(:[\w.-]+|@sha256:[0-9a-f]{64})$/, {
        message:
          "must be a container image with its tag or digest, such as postgres:17 or supabase/postgres:17.11.0.018",
      })
      .optional()
      .describe(
        "Image of the service container that a copy is restored into; postgres with the major as its tag, without it",
      ),
    superuser: identifier
      .optional()
      .describe("Its superuser; supabase_admin where the image is supabase/postgres, else postgres"),
  })
  .refine(({ image, major }) => image === undefined || (majorOfTag(image) ?? major) === major, {
    path: ["image"],
    message: "is of another major version than throwaway.major says",
  });

/** Schedules of the workflows that the plan's own text does not time. */
export const workflowSchedule = {
  escalate: cron.default("*/30 * * * *").describe("When it is asked who must hear of an open incident now"),
  retain: cron.default("15 4 * * *").describe("When the backups that the plan no longer keeps are removed"),
  point_in_time: cron
    .default("20 11 3 * *")
    .describe("When a recovery to a point in time is rehearsed on a throwaway server"),
};
