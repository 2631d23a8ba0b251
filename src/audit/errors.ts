import { defineErrors, entry } from "../base/errors.ts";

export const auditErrors = defineErrors("audit", {
  not_written: entry({
    kind: "surroundings",
    says: (p: { directory: string; why: string }) => `The audit log could not be written to ${p.directory}: ${p.why}`,
    mend: () => "make the folder writable and see that the disk has room: nothing is done that is not recorded",
    example: { directory: "reports/audit/shop", why: "EACCES" },
  }),
  end_not_written: entry<{ operation: string; database: string; status: string; report: string | null; why: string }>({
    kind: "surroundings",
    says: (p) =>
      `The ${p.operation} of ${p.database} is over (${p.status}${p.report === null ? "" : `, ${p.report}`}), and only the audit log does not say so: ${p.why}`,
    mend: () =>
      "do not do it again because of this: make the folder writable, and keep this line with the entry that says that it began",
    example: {
      operation: "recovery",
      database: "shop",
      status: "succeeded",
      report: "reports/2026/11/22-recover-8790-1-shop.json",
      why: "EACCES",
    },
  }),
  no_table: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The database has no table backup_audit_log as Ithaca makes it: ${p.why}`,
    mend: () => "apply what `npm run --silent ithaca -- audit migration` prints, as the database's owner",
    example: { why: 'relation "public.backup_audit_log" does not exist' },
  }),
  mirror_failed: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The database refused entries of the audit log: ${p.why}`,
    mend: () => "see that ITHACA_AUDIT_URL is that of the role ithaca_audit, as docs/evidence.md says",
    example: { why: "permission denied for table backup_audit_log (42501)" },
  }),
  mirror_timeout: entry({
    kind: "surroundings",
    says: (p: { seconds: number }) => `The database of the audit log gave no answer within ${p.seconds} seconds`,
    mend: () => "see whether it is locked or overloaded; the next operation catches up",
    example: { seconds: 30 },
  }),
  bad_time: entry({
    kind: "input",
    says: (p: { option: string; text: string }) =>
      `${p.option} wants a day or an instant, and ${p.text.slice(0, 40)} is none`,
    mend: () => "write it as 2026-11-22 or 2026-11-22T02:00:00Z",
    example: { option: "--since", text: "yesterday" },
  }),
  empty_period: entry({
    kind: "input",
    says: (p: { since: string; until: string }) =>
      `--since ${p.since} is later than --until ${p.until}, so nothing lies between`,
    mend: () => "exchange them, or leave one out",
    example: { since: "2026-11-22", until: "2026-10-01" },
  }),
  unknown_word: entry({
    kind: "input",
    says: (p: { option: string; word: string; known: string[] }) => `${p.option} ${p.word.slice(0, 40)} is not known`,
    mend: (p) => `use one of ${p.known.join(", ")}`,
    example: { option: "--operation", word: "backups", known: ["backup", "check", "proof"] },
  }),
});
