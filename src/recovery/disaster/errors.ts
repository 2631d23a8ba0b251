import { defineErrors, entry } from "../../base/errors.ts";

/** What can stop a drill, or the carrying out of a disaster's steps. */
export const disasterErrors = defineErrors("disaster", {
  not_lost: entry({
    kind: "failed",
    says: () => "The throwaway production was to be lost, and something of it is left",
    mend: () => "look for its processes and its folder on this machine, remove them, and drill again",
    example: {},
  }),
  not_recovered: entry({
    kind: "failed",
    says: (p: { why: string }) => `The lost production did not come back: ${p.why}`,
    mend: () => "prove the same backup with `prove --backup <id>`, mend what it finds, and drill again",
    example: { why: "Every row is there: 2 tables differ" },
  }),
  open_marker: entry({
    kind: "input",
    says: (p: { path: string; section: string }) =>
      `${p.path} has <!-- measured:${p.section} --> without its end, so nobody can tell where people's text begins`,
    mend: () => "write <!-- /measured --> behind what was measured",
    example: { path: "docs/runbook.md", section: "drill" },
  }),
});
