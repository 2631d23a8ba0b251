import { defineErrors, entry } from "../base/errors.ts";

export const reportErrors = defineErrors("report", {
  not_a_report: entry({
    kind: "input",
    says: (p: { path: string; why: string }) => `${p.path} is not a report of this program: ${p.why}`,
    mend: () => "name a .json file from the reports' folder",
    example: { path: "reports/2026/11/22-daily-1.json", why: "verdict is missing" },
  }),
  folder_unreadable: entry({
    kind: "surroundings",
    says: (p: { directory: string; why: string }) => `The reports in ${p.directory} cannot be read: ${p.why}`,
    mend: () => "the plan's reports.directory must be a folder that this user may read and write",
    example: { directory: "reports", why: "ENOTDIR: not a directory" },
  }),
  not_written: entry({
    kind: "surroundings",
    says: (p: { directory: string; why: string }) => `The report could not be written to ${p.directory}: ${p.why}`,
    mend: () => "make the folder writable and see that the disk has room",
    example: { directory: "reports", why: "EACCES" },
  }),
  site_not_allowed: entry({
    kind: "input",
    says: () => "The site would be readable by everybody, and the plan does not allow that for its reports",
    mend: () =>
      "write `reports: {public: true}` into the plan if that is meant (reports hold no rows, but they name tables), or let only the team read the site (docs/github.md)",
    example: {},
  }),
  not_a_site: entry({
    kind: "input",
    says: (p: { directory: string }) =>
      `${p.directory} is no folder, or holds other files than a site of reports, which would be removed`,
    mend: () => "name a new folder with --out",
    example: { directory: "docs" },
  }),
  not_a_digest: entry({
    kind: "input",
    says: (p: { digest: string }) => `--expect wants the SHA-256 of a link, and ${p.digest.slice(0, 80)} is none`,
    mend: () => "give its 64 hexadecimal digits, as a mail or the index page shows them",
    example: { digest: "4f1c2a9b" },
  }),
  chain_broken: entry({
    kind: "failed",
    says: (p: { path: string; why: string; count: number }) =>
      `The evidence chain does not hold, so nothing is added to it: ${p.path}: ${p.why}${p.count > 1 ? `, and ${p.count - 1} more` : ""}`,
    mend: () => "see what `npm run ithaca -- reports verify` says, and bring the files back from Git's history",
    example: { path: "2026/11/22-daily-1.json", why: "it is gone", count: 2 },
  }),
});
