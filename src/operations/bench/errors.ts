import { defineErrors, entry } from "../../base/errors.ts";

export const benchErrors = defineErrors("bench", {
  no_source: entry({
    kind: "input",
    says: () => "--source measures the database of ITHACA_SOURCE_URL, and that variable is not set",
    mend: () => "set it to a connection string, or leave --source out to measure the bench's own data sets",
    example: {},
  }),
});
