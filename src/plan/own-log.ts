import type { DatabasePlan } from "./schema.ts";

/** Whether the plan says that the team's own server archives its log, with pgBackRest. */
export const keepsItsLog = ({
  point_in_time: { engine, stanza },
}: {
  readonly point_in_time: Pick<DatabasePlan["point_in_time"], "engine" | "stanza">;
}): boolean => engine === "pgbackrest" || (engine === undefined && stanza !== undefined);
