import { defineErrors, entry } from "../base/errors.ts";

/** What can be wrong with the API over a copy. */
export const supabaseErrors = defineErrors("supabase", {
  api_not_started: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The Supabase API over the copy did not start: ${p.why}`,
    mend: () => "run `npm ci` again, and see whether this machine lets a program listen on 127.0.0.1",
    example: { why: "listen EADDRINUSE" },
  }),
  no_pooler: entry({
    kind: "surroundings",
    says: (p: { ref: string }) => `Supabase names no pooler for the primary database of project ${p.ref}`,
    mend: () => "see Connect → Session pooler in the project's dashboard, and set the connection string by hand",
    example: { ref: "abcdefghijklmnopqrst" },
  }),
  branch_failed: entry({
    kind: "surroundings",
    says: (p: { name: string; status: string }) => `Supabase could not make the branch ${p.name}: it is ${p.status}`,
    mend: () => "see Branches in the project's dashboard for the reason, and run it again",
    example: { name: "ithaca-proof-1764000000-0a1b2c3d", status: "MIGRATIONS_FAILED" },
  }),
  branch_expired: entry({
    kind: "surroundings",
    says: (p: { name: string; seconds: number }) =>
      `The branch ${p.name} was deleted unfinished: its ${p.seconds} s were over`,
    mend: () => "allow it more with managed.branch_time_limit in the plan; every minute of it is billed",
    example: { name: "ithaca-proof-1764000000-0a1b2c3d", seconds: 2700 },
  }),
  bad_certificate: entry({
    kind: "input",
    says: (p: { path: string; why: string }) => `${p.path} cannot be the root certificate of the provider: ${p.why}`,
    mend: () =>
      "download it again from the dashboard (Database → Settings → SSL configuration) and name it as managed.ca_file in the plan",
    example: { path: "supabase-ca.crt", why: "it is no certificate in PEM form" },
  }),
  api_changed_grants: entry({
    kind: "surroundings",
    says: () => "The Supabase API over the copy changed privileges when it started, so its answers say nothing of them",
    mend: () => "pin @supabase/lite to the version in package-lock.json",
    example: {},
  }),
});
