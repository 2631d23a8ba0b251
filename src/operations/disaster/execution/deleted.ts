import { IthacaError } from "../../../base/errors.ts";
import { registerSecret } from "../../../base/redact.ts";
import { connectToRead } from "../../../postgres/pooler.ts";
import type { StepAction } from "../../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../../recovery/disaster/errors.ts";
import { gatewayOf } from "../../../recovery/disaster/key-proof.ts";
import { findReferences } from "../../../recovery/disaster/old-references.ts";
import { sessionPooler, urlWithPlaceholder } from "../../../supabase/connection.ts";
import { getHealth, listProjects } from "../../../supabase/management/projects.ts";
import { requireSource } from "../../subject.ts";
import { switchHostname } from "../hostname.ts";
import { makeProject } from "../platform-project.ts";
import { isLost } from "../recover-lost.ts";
import { apiOf, done, hookStep, migrateTwice, type Site, waiting } from "../site.ts";
import { restore, writing } from "./common.ts";

/** The password that a person has chosen for the new project; it is never made up, since it would have to be told. */
const passwordVariable = "ITHACA_NEW_PROJECT_PASSWORD";

/** Services without which nobody signs in. */
const neededServices = ["auth", "rest", "db"];

/** Where the database to restore into is, and that it answers: made by the API where that can be done. */
async function newProject(site: Site, facts: Readonly<Record<string, string>>, since: Date): ReturnType<StepAction> {
  const { context, subject } = site;
  const variable = subject.database.recovery.url_secret;
  if ((context.environment[variable] ?? "") !== "" && !(await isLost(writing(site)))) {
    return done(`The database of ${variable} answers; it is what is restored into.`);
  }
  const access = apiOf(site);
  const password = context.environment[passwordVariable] ?? "";
  if (access === null || password === "") {
    return waiting(
      `Make the project in the dashboard, or set the platform's token and ${passwordVariable}; then set ${variable} to its session pooler.`,
    );
  }
  registerSecret(password);
  // A run that ended between making it and writing that down is followed by one that finds it by its name.
  const name = `${subject.name}-${since.toISOString().slice(0, 10)}`;
  const there = facts.project_ref ?? (await listProjects(access.api)).find((one) => one.name === name)?.ref;
  const ref = there ?? (await makeProject(site, access, { name, password })).ref;
  const pooler = await sessionPooler({ ...access, ref }, { sslrootcert: subject.database.managed?.ca_file });
  return {
    ...waiting(
      `The project ${ref} is made and healthy. Set ${variable} to ${urlWithPlaceholder(pooler)} with ${passwordVariable} in it. Not copied, for the lost project can tell nobody: auth settings, functions and their secrets, files of Storage.`,
    ),
    facts: { project_ref: ref },
  };
}

/** Signing in is for a person; what a tool can see is that auth and the API of the new project are up. */
async function authFlow(site: Site, facts: Readonly<Record<string, string>>): ReturnType<StepAction> {
  const access = apiOf(site);
  const ref = facts.project_ref;
  const signIn = "Sign in as a user, and look at what only they may see.";
  if (access === null || ref === undefined) return waiting(signIn);
  const health = await getHealth(access.api, ref, neededServices);
  const ill = health.filter(({ healthy }) => !healthy).map(({ name, status }) => `${name}: ${status}`);
  if (ill.length > 0) throw disasterErrors.not_healthy({ what: ill.join(", ") });
  return waiting(`${neededServices.join(", ")} of the new project are healthy. ${signIn}`);
}

async function oldReferences({ context, subject }: Site): ReturnType<StepAction> {
  const variable = subject.database.managed?.project_ref_secret ?? "SUPABASE_PROJECT_REF";
  const ref = context.environment[variable] ?? "";
  if (ref === "") return waiting(`${variable} is not set: search the repository for the old project's ref.`);
  const found = await findReferences(subject.planDirectory, subject.database.disaster.scan, ref);
  const places = found.slice(0, 20).map(({ file, line }) => `${file}:${line}`);
  return found.length === 0 ? done("No file names the old project.") : waiting(`Still named in ${places.join(", ")}.`);
}

/** A first backup, where the reading credential leads to the new database by now. */
async function firstBackup(site: Site): ReturnType<StepAction> {
  const variable = site.subject.database.url_secret;
  const again = waiting(
    `Set ${variable} to the new database, run \`npm run ithaca -- backup\`, and lead the schedule's secret there.`,
  );
  try {
    await using _session = await connectToRead(requireSource(site.context, site.subject));
    return waiting(
      `The database of ${variable} answers. Run \`npm run ithaca -- backup\`, and \`npm run ithaca -- prove\`.`,
    );
  } catch (error) {
    if (error instanceof IthacaError) return again;
    throw error;
  }
}

/** What the team's commands are told of the new project: nothing that is secret. */
function whereTo({ context }: Site, facts: Readonly<Record<string, string>>): Record<string, string> {
  const ref = facts.project_ref;
  return ref === undefined ? {} : { ITHACA_PROJECT_REF: ref, ITHACA_PROJECT_URL: gatewayOf(context.environment, ref) };
}

/** Scenario A in earnest. @param since when it was begun */
export function executeDeleted(site: Site, since: Date): Record<string, StepAction> {
  const { context, subject, options } = site;
  return {
    assess: async () => {
      if (await isLost(requireSource(context, subject))) return done("It cannot be reached.");
      throw disasterErrors.still_there({ database: subject.name });
    },
    "new-project": (facts) => newProject(site, facts, since),
    restore: () => restore(site, "new", options.backup),
    migrations: () => migrateTwice(site, writing(site), false),
    "auth-flow": (facts) => authFlow(site, facts),
    environment: (facts) => hookStep(site, "environment", whereTo(site, facts), false),
    hostname: (facts) => switchHostname(site, facts.project_ref, whereTo(site, facts)),
    "old-references": () => oldReferences(site),
    "first-backup": () => firstBackup(site),
  };
}
