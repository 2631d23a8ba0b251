import { incidentsDirectory, listIncidents } from "../recovery/incident.ts";

/**
 * What earlier recoveries of a database have put into the vault before they began: the incidents' ids by the backups'.
 *
 * @param reports absolute path of the reports' folder
 */
export async function safetyBackups(reports: string, database: string): Promise<Map<string, string>> {
  const incidents = await listIncidents(incidentsDirectory(reports), database);
  return new Map(
    incidents.flatMap(({ id, safety_backups }) => safety_backups.map((backup) => [backup.id, id] as const)),
  );
}
