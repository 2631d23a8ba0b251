const onlyRead = "Nothing was changed: the database, the vault and the reports were only read.";
const recovery =
  "Without --execute production was only read. With it, what had been completed stays, and the incident's page in the " +
  "reports' folder says which steps those are, how to go on and how to go back.";

/**
 * What stays of each command that is stopped before its end, by the words that call it; a group's sentence is true of every
 * command below it.
 */
const sentences: Readonly<Record<string, string>> = {
  demo: "Nothing of yours was touched: the made-up database and its copy are gone; earlier reports in .ithaca/ are there.",
  init: "The database was only read, and no plan was replaced by half of one.",
  doctor: onlyRead,
  backup:
    "The database was only read, and every earlier backup is in the vault as before. If this one had already arrived " +
    "there whole, `backups` lists it.",
  backups: onlyRead,
  prove: "The database and the vault's backups are as they were, and the throwaway copy is gone.",
  diff: "The database and the vault's backups are as they were, and the throwaway copy is gone.",
  check: "The database and the vault's backups are as they were.",
  retain: "No backup is gone that the plan still keeps; run it again to remove the rest.",
  recover: recovery,
  "recover table":
    "Without --execute production was only read. With it, all rows were written or none: they go in as one transaction, " +
    "and the incident's page says which.",
  disaster: recovery,
  drill: "Production and the vault's backups are as they were, and the throwaways are gone.",
  watch: "The vault was only read. Who had been told already is not told again.",
  notify: "Who had been told already is not told again; run it again for the others.",
  escalate: "Who had been told already is not told again; run it again for the others.",
  reports: "Every report is as it was; `reports build` makes index and links anew.",
  audit: onlyRead,
  connection: onlyRead,
  completion: onlyRead,
};

/**
 * What people should know after they stopped a command: what is as it was before, and what is not.
 *
 * @param path the words that call the command, such as `recover table`
 */
export function leftAsItWas(path: string): string {
  const words = path.split(" ");
  const key = [path, words[0] ?? ""].find((each) => Object.hasOwn(sentences, each));
  return key === undefined ? "" : (sentences[key] ?? "");
}
