import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import type { StepResult } from "../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import { recoverySql } from "../../recovery/sql.ts";
import { done } from "./site.ts";

const signOutSql = recoverySql("disaster/sign-everybody-out");
const signedInSql = recoverySql("disaster/signed-in");

/** Ends every session and voids every password, and looks whether somebody is left. @throws disaster.not_signed_out */
export async function signEverybodyOut(target: Target): Promise<StepResult> {
  await using session = await connect(target, { readOnly: false, applicationName: "ithaca disaster" });
  const [ended] = await session.query<Record<string, number>>(signOutSql);
  const [left] = await session.query<Record<string, number>>(signedInSql);
  const some = Object.entries(left ?? {}).filter(([, count]) => count > 0);
  if (some.length > 0) {
    throw disasterErrors.not_signed_out({ left: some.map(([what, count]) => `${count} ${what}`).join(", ") });
  }
  const users = ended?.users ?? 0;
  return done(`${users} passwords are void, ${ended?.sessions ?? 0} sessions ended; nobody is signed in.`);
}
