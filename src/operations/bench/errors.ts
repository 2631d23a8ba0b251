import { defineErrors, entry } from "../../base/errors.ts";

export const benchErrors = defineErrors("bench", {
  no_data_set: entry({
    kind: "input",
    says: (p: { only: string; known: readonly string[] }) => `--only ${p.only} chooses none of the data sets`,
    mend: (p) => `name a part of ${p.known.join(", ")}; without it all are measured`,
    example: { only: "one-small", known: ["inner-odyssey", "one-large-table"] },
  }),
  no_source: entry({
    kind: "input",
    says: () => "--source measures the database of ITHACA_SOURCE_URL, and that variable is not set",
    mend: () => "set it to a connection string, or leave --source out to measure the bench's own data sets",
    example: {},
  }),
});
