import { defineErrors, entry } from "../../base/errors.ts";

export const verifyErrors = defineErrors("verify", {
  damaged: entry({
    kind: "failed",
    says: (p: { id: string; why: string }) =>
      `The backup ${p.id} is damaged, so no sample of it can be restored: ${p.why}`,
    mend: () => "prove an older backup, and find out what happened to this one",
    example: { id: "2026-11-22T02-00-05Z-shop-4f1c2a9b", why: "its table of contents ends in the middle of an entry" },
  }),
});
