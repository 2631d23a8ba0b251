import { writeGeneratedFiles } from "../src/plan/generated.ts";

/* Writes the files that are made from the plan's schema: `npm run generate`. A test fails where they are out of date. */

const changed = await writeGeneratedFiles(new URL("../", import.meta.url));
process.stdout.write(changed.length === 0 ? "Everything is up to date.\n" : `Wrote ${changed.join(" and ")}.\n`);
