import type { StepAction } from "../../recovery/disaster/drive-steps.ts";
import type { Scenario } from "../../recovery/disaster/scenarios.ts";
import { executeDeleted } from "./execution/deleted.ts";
import { executeOutage } from "./execution/outage.ts";
import { executeRansomware } from "./execution/ransomware.ts";
import type { Site } from "./site.ts";

const executions: Readonly<Record<Scenario, (site: Site, since: Date) => Record<string, StepAction>>> = {
  deleted: executeDeleted,
  ransomware: executeRansomware,
  outage: executeOutage,
};

/**
 * What carries a scenario's steps out in earnest. What no tool can do waits for a person.
 *
 * @param since when the execution was begun, which may be an earlier run
 */
export const executionActions = (site: Site, scenario: Scenario, since: Date): Record<string, StepAction> =>
  executions[scenario](site, since);
