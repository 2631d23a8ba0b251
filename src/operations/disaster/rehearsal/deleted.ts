import type { StepAction } from "../../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../../recovery/disaster/errors.ts";
import { findReferences } from "../../../recovery/disaster/old-references.ts";
import { isLost } from "../recover-lost.ts";
import { byHand, done, hookStep, migrateTwice, type Site } from "../site.ts";
import { ownProject } from "./platform.ts";
import type { Stage } from "./stage.ts";

/** Places that are named in a sentence; the rest are counted. */
const shown = 20;

/** The search runs for the plan's own ref where that is known: a rehearsed project's is named nowhere. */
async function oldReferences({ context, subject }: Site): ReturnType<StepAction> {
  const variable = subject.database.managed?.project_ref_secret ?? "SUPABASE_PROJECT_REF";
  const ref = context.environment[variable] ?? "";
  if (ref === "") return byHand(`${variable} is not set, so there is nothing to look for.`);
  const found = await findReferences(subject.planDirectory, subject.database.disaster.scan, ref);
  const places = found.slice(0, shown).map(({ file, line }) => `${file}:${line}`);
  return done(
    found.length === 0
      ? "The plan's folders were searched; no file names the project."
      : `${found.length} lines name the project, and would lead to the old one: ${places.join(", ")}.`,
  );
}

/** Scenario A on throwaways. @param given the site with the team's own environment */
export function rehearseDeleted(stage: Stage, given: Site): Record<string, StepAction> {
  const { site, production, stack, played } = stage;
  const ofAnother =
    played.subject.name !== site.subject.name && site.subject.database.disaster.migrations !== undefined;
  return {
    assess: async () => {
      await production.lose();
      if (!(await isLost(production.target))) throw disasterErrors.not_lost({});
      return done("Production was destroyed, and can no longer be reached.");
    },
    "new-project": async () => {
      await ownProject(site, stack);
      return done("A project like the lost one was made by the API, and is healthy; it is deleted afterwards.");
    },
    restore: () => stage.restore(),
    migrations: async () =>
      ofAnother
        ? byHand(
            "The plan's migrations are of another database than the one that was made up: a person runs them, twice.",
          )
        : await migrateTwice(site, stage.restored, true),
    "auth-flow": () => stage.tests(),
    environment: () => hookStep(site, "environment", {}, true),
    hostname: () => hookStep(site, "hostname", {}, true),
    "old-references": () => oldReferences(given),
    "first-backup": async () => {
      const id = await stage.backUp(stage.restored);
      return done(`The new database can be backed up: ${id} is in the rehearsal's vault.`);
    },
  };
}
