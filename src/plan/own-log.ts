import type { DatabasePlan } from "./schema.ts";

/** Whether the plan says that the team's own server archives its log, with pgBackRest. */
export const keepsItsLog = ({
  point_in_time: { engine, stanza },
}: {
  readonly point_in_time: Pick<DatabasePlan["point_in_time"], "engine" | "stanza">;
}): boolean => engine === "pgbackrest" || (engine === undefined && stanza !== undefined);

/** Whether the plan promises that a database can be brought back to a second: by the team's own log, or the platform's. */
export const promisesPoints = ({ point_in_time, managed }: Pick<DatabasePlan, "point_in_time" | "managed">): boolean =>
  keepsItsLog({ point_in_time }) || point_in_time.stanza !== undefined || managed?.pitr === true;
