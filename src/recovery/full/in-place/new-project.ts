import { connect } from "../../../postgres/connect.ts";
import { describeTarget } from "../../../postgres/target.ts";
import type { Target } from "../../../postgres/types.ts";
import { markerSchema } from "../../marker.ts";
import { recoverySql } from "../../sql.ts";
import type { Preview } from "../../types.ts";
import { previewFull } from "../preview.ts";
import type { FullRecovery } from "../types.ts";
import type { Outlook } from "./obstacles.ts";

const contentSql = recoverySql("full/project-content");

/** What stands in a project that should be new; null where there is nothing of the team's. Our own marker does not count. */
export async function contentOfProject(target: Target): Promise<string | null> {
  await using session = await connect(target, { readOnly: true });
  const [found] = await session.query<{ what: string }>(contentSql, [markerSchema]);
  return found?.what ?? null;
}

/** The plan of a recovery into a project that a platform has just set up. */
export async function previewNewProject(
  recovery: FullRecovery,
  found: Outlook,
  unproven: string | null,
): Promise<Preview> {
  const backup = await recovery.backup();
  const content = await contentOfProject(recovery.target);
  const where = describeTarget(recovery.target);
  return await previewFull(recovery, backup, {
    summary: `${backup.manifest.id} is restored into the new project ${where}, in one transaction.`,
    overwrites: ["Nothing of the team's: the project is new. Production, where it still is, is not touched."],
    keeps: ["What the platform has set up: its own schemas, roles, keys and extensions."],
    hazards: [
      "API keys, sign-in settings, edge functions and Storage's files are the project's own and do not come with a database.",
      ...found.hazards,
      ...(unproven === null ? [] : [unproven]),
    ],
    obstacles: [...found.obstacles, ...(content === null ? [] : [`${where} is not empty (${content}).`])],
    details: [],
  });
}
