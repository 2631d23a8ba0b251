import { writeActionReadmes } from "../actions/shared/generated.ts";
import { writeGeneratedFiles } from "../src/plan/generated.ts";

/* Writes the files that are made from the plan's schema and from the actions' definitions: `npm run generate`. A test fails where they are out of date. */

const root = new URL("../", import.meta.url);
const changed = [...(await writeGeneratedFiles(root)), ...(await writeActionReadmes(root))];
process.stdout.write(changed.length === 0 ? "Everything is up to date.\n" : `Wrote ${changed.join(" and ")}.\n`);
