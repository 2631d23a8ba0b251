import { IthacaError } from "../../base/errors.ts";
import { registerSecret } from "../../base/redact.ts";
import { connectToRead } from "../../postgres/pooler.ts";
import { parseTarget } from "../../postgres/target.ts";
import type { Target } from "../../postgres/types.ts";
import type { StepResult } from "../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import { setDatabasePassword } from "../../supabase/management/database.ts";
import { apiOf, done, type Site, waiting } from "./site.ts";

/** The password that a person has chosen; it is never made up, since it would have to be told. */
const variable = "ITHACA_NEW_DATABASE_PASSWORD";

/** Whether a server lets somebody in: `null` where it cannot be asked. */
async function letsIn(target: Target): Promise<boolean | null> {
  try {
    await using _session = await connectToRead(target, "ithaca disaster");
    return true;
  } catch (error) {
    if (!(error instanceof IthacaError)) throw error;
    return error.id === "postgres.wrong_password" ? false : null;
  }
}

/**
 * Changes the database's password by the platform's API, and proves it at the door: the old one is refused and the new one
 * let in. Where that cannot be tried a person signs.
 *
 * @throws disaster.key_left where the old password still opens
 */
export async function changePassword(site: Site): Promise<StepResult> {
  const { context, subject } = site;
  const access = apiOf(site);
  const password = context.environment[variable] ?? "";
  const names = `${subject.database.url_secret} and ${subject.database.recovery.url_secret}`;
  if (access === null || password === "") {
    return waiting(
      `Set the platform's token and ${variable}, or change the database's password in the dashboard; then ${names}.`,
    );
  }
  registerSecret(password);
  await setDatabasePassword(access.api, access.ref, password);
  const url = context.environment[subject.database.recovery.url_secret] ?? "";
  const then = `From now on ${names} need the new one.`;
  if (url === "") return waiting(`Changed. Inconclusive: there is no connection string to try it with. ${then}`);
  const old = parseTarget(url, subject.database.recovery.url_secret);
  if (old.password === password) return done(`The connection string has the new password already. ${then}`);
  const [before, after] = [await letsIn(old), await letsIn({ ...old, password })];
  if (before === true) throw disasterErrors.key_left({ what: "the database's old password" });
  if (before === false && after === true) return done(`The old password is refused, the new one let in. ${then}`);
  return waiting(`Changed. Inconclusive: the server could not be asked with both passwords. ${then}`);
}
