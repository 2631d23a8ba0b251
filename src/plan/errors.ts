import { defineErrors, entry } from "../base/errors.ts";

export const planErrors = defineErrors("plan", {
  invalid: entry({
    kind: "input",
    says: (p: { file: string; faults: readonly string[] }) =>
      `${p.faults.join("\n")}\n${p.file} has ${p.faults.length === 1 ? "an error" : `${p.faults.length} errors`}, so nothing was done`,
    mend: (p) => (p.faults.length === 1 ? "correct this line and try again" : "correct these lines and try again"),
    example: {
      file: "ithaca.yaml",
      faults: ["ithaca.yaml:12: databases.shop.retension is not a known key; did you mean retention?"],
    },
  }),
  missing: entry({
    kind: "input",
    says: (p: { file: string }) => `There is no plan at ${p.file}`,
    mend: () => "name it with --plan, or let `npm run ithaca -- init` write one by reading the database",
    example: { file: "ithaca.yaml" },
  }),
  unreadable: entry({
    kind: "input",
    says: (p: { file: string; why: string }) => `The plan ${p.file} cannot be read: ${p.why}`,
    mend: () => "name a readable file with --plan",
    example: { file: "ithaca.yaml", why: "it is a folder" },
  }),
  unknown_database: entry<{ name: string; known: readonly string[]; suggestion: string | null }>({
    kind: "input",
    says: (p) => `The plan has no database ${p.name}, only ${p.known.join(", ")}`,
    mend: (p) =>
      p.suggestion === null
        ? "name one of the plan's with --database"
        : `did you mean ${p.suggestion}? Then say --database ${p.suggestion}`,
    example: { name: "shpo", known: ["shop", "billing"], suggestion: "shop" },
  }),
  database_not_chosen: entry({
    kind: "input",
    says: (p: { known: readonly string[] }) => `The plan has ${p.known.length} databases (${p.known.join(", ")})`,
    mend: (p) => `say which one, such as --database ${p.known[0]}`,
    example: { known: ["shop", "billing"] },
  }),
});
