import type { Temporal } from "temporal-polyfill";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";
import type { Preview } from "../types.ts";
import { instantOf } from "./point.ts";

const attachedSql = recoverySql("point-in-time/attached");

/** What the platform's restore overwrites and keeps. */
export function previewTexts(ref: string, at: string): Pick<Preview, "summary" | "overwrites" | "keeps"> {
  return {
    summary: `Supabase restores the whole project ${ref} to ${at}; it is down until that is done.`,
    overwrites: [
      `Everything that was written after ${at}, in every schema: users, sign-ins and the rows of Storage too.`,
      "The project is down from the beginning of the restore until its services are well again.",
    ],
    keeps: [
      "Files of Storage stay as they are: only their rows go back.",
      "Keys, settings and functions of the project that are not in the database.",
      "What is there now goes into a safety backup in the vault first.",
    ],
  };
}

/** What could go wrong, as far as the database itself shows it. */
export async function hazardsOf(target: Target, now: Date, at: Temporal.Instant): Promise<string[]> {
  await using session = await connect(target, { readOnly: true });
  const attached = await session.query<{ what: string }>(attachedSql);
  const minutes = Math.round(instantOf(now).since(at).total("minutes"));
  return [
    `The work of ${minutes} minutes goes, also that of people who have nothing to do with the damage; one table alone comes back with \`recover table\`.`,
    "Writers cannot be kept away: what they write until the project goes down is lost as well, and is not in the safety backup.",
    "It cannot be taken back but by another restore.",
    "This way was tested against a strict stand-in of the platform's API, never against the platform itself.",
    ...attached.map(({ what }) => `${what} does not outlive the restore: drop it before, and make it anew afterwards.`),
  ];
}
