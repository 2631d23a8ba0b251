/** What a plan says about the backup that was chosen. */
export interface AboutBackup {
  readonly hazards: readonly string[];
  readonly obstacles: readonly string[];
}

/**
 * A backup of what somebody has recovered from is the newest one afterwards, and hardly ever what is wanted: only who names
 * it by its id gets it.
 *
 * @param incidents of the safety backups that are known, by the backup's id
 * @param named whether the backup was asked for by its id, not as the latest or the like
 */
export function aboutSafetyBackup(incidents: ReadonlyMap<string, string>, id: string, named: boolean): AboutBackup {
  const incident = incidents.get(id);
  if (incident === undefined) return { hazards: [], obstacles: [] };
  const says = `${id} is the safety backup of the incident ${incident}: it holds the state that was recovered from.`;
  return named
    ? { hazards: [says], obstacles: [] }
    : { hazards: [], obstacles: [`${says} Name the backup that you want by its id.`] };
}
