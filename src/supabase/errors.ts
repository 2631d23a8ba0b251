import { defineErrors, entry } from "../base/errors.ts";

/** What can be wrong with the API over a copy. */
export const supabaseErrors = defineErrors("supabase", {
  api_not_started: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The Supabase API over the copy did not start: ${p.why}`,
    mend: () => "run `npm ci` again, and see whether this machine lets a program listen on 127.0.0.1",
    example: { why: "listen EADDRINUSE" },
  }),
  api_changed_grants: entry({
    kind: "surroundings",
    says: () => "The Supabase API over the copy changed privileges when it started, so its answers say nothing of them",
    mend: () => "pin @supabase/lite to the version in package-lock.json",
    example: {},
  }),
});
