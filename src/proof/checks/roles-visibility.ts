import { spellAmount } from "../../base/spell.ts";
import { stillCounts } from "../../plan/exceptions.ts";
import { compareRoleViews } from "../compare-role-views.ts";
import { canonical, isQualified } from "../names.ts";
import { judge, notApplicable, notRun } from "../outcome.ts";
import type { Check, CheckOutcome, NotCovered, ProofContext } from "../types.ts";

const subject = "What each role may see";

/** READ ONLY refuses every write before rights and policies are looked at, so that the source cannot be asked. */
const writes: NotCovered = {
  what: "Which rows each role may insert, update or delete",
  why: "production is read READ ONLY and cannot be asked; it follows from the rights, which are compared here, and from the policies, which are compared with the definitions",
};

/** Kinds of the inventory that a role may be asked about. */
const asked = new Set(["table", "view", "matview"]);

function existsOnBoth({ expected, copy }: ProofContext): (object: string) => boolean {
  const names = [expected, copy].map(
    ({ inventory }) => new Set(inventory.filter(({ kind }) => asked.has(kind)).map(({ name }) => name)),
  );
  return (object) => names.every((side) => side.has(object));
}

/** Objects that the plan left out with an excuse that has run out since: nobody vouches for them any more. */
function excusesRunOut({ database, expected, now }: ProofContext): string[] {
  const left = new Set(
    Object.entries(expected.role_views?.unsteady ?? {}).flatMap(([name, { ask }]) => (ask ? [] : [canonical(name)])),
  );
  return database.role_views.exclude
    .filter((entry) => !stillCounts(entry, now) && isQualified(entry.object) && left.has(canonical(entry.object)))
    .map(({ object, expires }) => `${object} was left out by the plan, and the excuse ran out on ${expires}`);
}

/**
 * What anybody may see of the copy is what they may see of the source: the roles of the API, and users of the application
 * who were drawn when the backup was taken. Row level security decides it by policies, their functions, grants, owners
 * and views' options together, so the outcome is compared and not only each part.
 */
export const rolesVisibility: Check = {
  id: "roles.visibility",
  title: "Every role sees of the copy what it sees of the source",
  run(context: ProofContext): CheckOutcome {
    const { expected, copy, hashKey } = context;
    const { role_views: views } = expected;
    if (views === undefined) {
      return notApplicable(subject, "the backup does not hold it: it was taken without asking the roles");
    }
    if (views.roles.length === 0 && views.unproven.length === 0) {
      return notApplicable(subject, "the plan names no role, and there are none of Supabase's: see role_views.roles");
    }
    const perspectives = spellAmount(views.perspectives.length, "perspective");
    const users = views.perspectives.filter(({ user }) => user !== null).length;
    const due = `${perspectives}, ${spellAmount(users, "user")} among them`;
    if (copy.role_views === undefined) return notRun(due, "the copy was not asked");
    const { findings, unproven, equal } = compareRoleViews(expected, copy, {
      hashKey,
      onBoth: existsOnBoth(context),
    });
    const same = `${spellAmount(equal.sights, "sight")} and ${spellAmount(equal.rights, "grant of rights", "grants of rights")} equal`;
    return judge({
      expected: due,
      actual: findings.length === 0 ? same : `${same}; ${spellAmount(findings.length, "difference")}`,
      findings,
      unproven: [...views.unproven, ...excusesRunOut(context), ...unproven],
      notCovered: [writes],
    });
  },
};
