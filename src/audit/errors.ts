import { defineErrors, entry } from "../base/errors.ts";

export const auditErrors = defineErrors("audit", {
  not_written: entry({
    kind: "surroundings",
    says: (p: { directory: string; why: string }) => `The audit log could not be written to ${p.directory}: ${p.why}`,
    mend: () => "make the folder writable and see that the disk has room: nothing is done that is not recorded",
    example: { directory: "reports/audit/shop", why: "EACCES" },
  }),
});
