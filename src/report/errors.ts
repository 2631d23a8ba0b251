import { defineErrors, entry } from "../base/errors.ts";

export const reportErrors = defineErrors("report", {
  not_a_report: entry({
    kind: "input",
    says: (p: { path: string; why: string }) => `${p.path} is not a report of this program: ${p.why}`,
    mend: () => "name a .json file from the reports' folder",
    example: { path: "reports/2026/11/22-daily-1.json", why: "verdict is missing" },
  }),
  not_written: entry({
    kind: "surroundings",
    says: (p: { directory: string; why: string }) => `The report could not be written to ${p.directory}: ${p.why}`,
    mend: () => "make the folder writable and see that the disk has room",
    example: { directory: "reports", why: "EACCES" },
  }),
});
