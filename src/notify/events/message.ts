import { spellAmount, spellInstant } from "../../base/spell.ts";
import type { Plan } from "../../plan/schema.ts";
import { keyOf } from "../ledger.ts";
import { failureSubject, resolvedSubject, unclearSubject } from "../subjects.ts";
import type { Message } from "../types.ts";
import type { Telling } from "./decide.ts";
import type { Situation } from "./types.ts";

/** What a message says besides its situation: where it leads to, and what makes the record's past sure. */
export interface Surroundings {
  readonly issue: string | null;
  /** Where the repository shows a file of the branch with the reports; null outside of GitHub. */
  readonly files: string | null;
  /**
   * The newest link of the evidence chain. It stands in mailboxes then, where nobody who rewrites the repository's history
   * can change it.
   */
  readonly evidence: { readonly sequence: number; readonly digest: string } | null;
}

function reportAt(report: Situation["report"], files: Surroundings["files"]): string | null {
  return report === null || files === null ? null : `${files}/${report.split("/").map(encodeURIComponent).join("/")}`;
}

function linksOf({ run, report }: Situation, { issue, files }: Surroundings): Message["links"] {
  const all = [
    { text: "Issue", url: issue },
    { text: "Run", url: run.url },
    { text: "Report", url: reportAt(report, files) },
  ];
  return all.flatMap(({ text, url }) => (url !== null && /^https?:\/\/[^\s<>"|]+$/.test(url) ? [{ text, url }] : []));
}

/** The alarms that were told before this message. */
function history(before: Telling["before"]): Message["facts"] {
  const [first] = before;
  if (first === undefined) return [];
  return [{ name: "Since", value: `${spellInstant(first.at)}, told ${spellAmount(before.length, "time")} so far` }];
}

/** Builds what is told of a situation. Pure. */
export function messageOf(
  situation: Situation,
  { subject, before }: Telling,
  plan: Plan,
  around: Surroundings,
): Message {
  const { database, urgent, lead, findings, firstStep } = situation;
  const { evidence } = around;
  const chain =
    evidence === null ? [] : [{ name: "Evidence chain", value: `link ${evidence.sequence}, ${evidence.digest}` }];
  const facts = [...situation.facts, ...chain];
  const common = {
    key: keyOf(subject),
    database,
    links: linksOf(situation, around),
    lead,
    facts,
    findings: [],
    firstStep: null,
  };
  switch (subject.statement) {
    case "resolved": {
      const alarm = before.at(-1)?.subject ?? failureSubject(plan, situation);
      const resolved = { ...common, urgency: "normal", subject: resolvedSubject(alarm) } as const;
      return { ...resolved, facts: [...history(before), ...facts] };
    }
    case "done":
      return { ...common, urgency: "normal", subject: situation.goodNews ?? situation.title };
    default:
      return {
        ...common,
        urgency: urgent ? "urgent" : "normal",
        subject: subject.statement === "unclear" ? unclearSubject(situation) : failureSubject(plan, situation),
        findings,
        firstStep,
        facts: [...history(before), ...facts],
      };
  }
}
