import { backupDigest } from "./checks/backup-digest.ts";
import { constraintsChecks } from "./checks/constraints-checks.ts";
import { constraintsForeignKeys } from "./checks/constraints-foreign-keys.ts";
import { constraintsUniques } from "./checks/constraints-uniques.ts";
import { dataEquality } from "./checks/data-equality.ts";
import { definitionsEquality } from "./checks/definitions-equality.ts";
import { isolationThrowaway } from "./checks/isolation-throwaway.ts";
import { largeObjectsEquality } from "./checks/large-objects-equality.ts";
import { objectiveRpo, objectiveRto } from "./checks/objectives.ts";
import { physicalAmcheck } from "./checks/physical-amcheck.ts";
import { planExceptions } from "./checks/plan-exceptions.ts";
import { planFreshness } from "./checks/plan-freshness.ts";
import { planOrphans } from "./checks/plan-orphans.ts";
import { planRecordCounts } from "./checks/plan-record-counts.ts";
import { planRlsEnabled } from "./checks/plan-rls-enabled.ts";
import { plausibilityHistory } from "./checks/plausibility-history.ts";
import { restoreErrors } from "./checks/restore-errors.ts";
import { rolesVisibility } from "./checks/roles-visibility.ts";
import { sequencesEquality } from "./checks/sequences-equality.ts";
import { smokeRecords } from "./checks/smoke-records.ts";
import { teamCheck } from "./team/check.ts";
import type { Check, TeamCheck } from "./types.ts";

/** Every check of a proof in the order in which people read them: what it stands on first, the team's own rules last. */
export function allChecks(teamChecks: readonly TeamCheck[]): Check[] {
  return [
    isolationThrowaway,
    backupDigest,
    restoreErrors,
    dataEquality,
    definitionsEquality,
    sequencesEquality,
    largeObjectsEquality,
    rolesVisibility,
    constraintsForeignKeys,
    constraintsUniques,
    constraintsChecks,
    physicalAmcheck,
    planRecordCounts,
    planOrphans,
    planRlsEnabled,
    planFreshness,
    plausibilityHistory,
    smokeRecords,
    objectiveRto,
    objectiveRpo,
    ...teamChecks.map(teamCheck),
  ];
}

/** What of a sample can be compared with the source as it stands: the other checks need every row. */
export function checksOfSample(withLargeObjects: boolean): Check[] {
  const always = [
    isolationThrowaway,
    backupDigest,
    restoreErrors,
    dataEquality,
    definitionsEquality,
    sequencesEquality,
    planRlsEnabled,
  ];
  return withLargeObjects ? [...always, largeObjectsEquality] : always;
}

/** Every check by id and title, for a run that ends before it gets to them. */
export function plannedChecks(teamChecks: readonly TeamCheck[]): { readonly id: string; readonly title: string }[] {
  return [...allChecks(teamChecks), planExceptions].map(({ id, title }) => ({ id, title }));
}
