import type { CheckResult } from "../proof/types.ts";
import type { Told } from "./tell.ts";

/** Why a message that was meant for somebody reached nobody. */
function silence({ deliveries }: Told): "failed" | "not_set_up" | null {
  if (deliveries.some(({ status }) => status === "sent")) return null;
  return deliveries.some(({ status }) => status === "failed") ? "failed" : "not_set_up";
}

const errorsOf = ({ deliveries }: Told) =>
  deliveries.filter(({ error }) => error !== null).map(({ channel, error }) => `${channel}: ${error}`);

/**
 * Whether everybody who should hear was reached, as a check. A message that no channel took fails; one for which no
 * channel is set up could not be sent; one that one channel of two took passes, with what the other said.
 */
export function deliveryCheck(told: readonly Told[], seconds: number): CheckResult {
  const silent = told.filter((each) => silence(each) !== null);
  const failed = silent.filter((each) => silence(each) === "failed");
  const troubled = told.filter(
    (each) => silence(each) === null && each.deliveries.some((d) => d.status !== "skipped" && d.error !== null),
  );
  const findings = silent.map((each) => ({
    object: each.subject,
    attribute: "delivery",
    expected: "sent on at least one channel",
    actual: errorsOf(each).join("; "),
  }));
  const status = failed.length > 0 ? "failed" : silent.length > 0 ? "not_run" : "passed";
  const notSetUp = `nobody was told "${silent[0]?.subject}": ${silent[0] === undefined ? "" : errorsOf(silent[0]).join("; ")}`;
  return {
    id: "notify.delivery",
    title: "People were told",
    status,
    expected: told.length === 0 ? "nothing to tell" : `${told.length} messages, each sent on at least one channel`,
    actual: told.length === 0 ? "nothing to tell" : `${told.length - silent.length} of ${told.length} sent`,
    findings,
    seconds,
    reason:
      status === "not_run" ? notSetUp : status === "passed" ? [...new Set(troubled.flatMap(errorsOf))].join("; ") : "",
  };
}
