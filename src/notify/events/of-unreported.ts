import { spellInstant } from "../../base/spell.ts";
import type { Plan } from "../../plan/schema.ts";
import type { Run } from "../../report/model.ts";
import { dailyBackup, dueAt } from "./of-backup.ts";
import { titles, topicOfProof } from "./of-checks.ts";
import { dayOf, runFacts } from "./parts.ts";
import type { Situation } from "./types.ts";

/** An operation that ended before it could write a report: a step before it failed, a secret is missing, its time was up. */
export interface Silence {
  readonly database: string;
  /** `backup`, `watch`, `check`, `proof`, ..., as issues name it (`src/github/incidents/of-report.ts`). */
  readonly operation: string;
  /** Why, as a sentence. */
  readonly reason: string;
  readonly run: Run;
}

type About = Pick<Situation, "topic" | "title" | "urgent">;

const proof = (kind: "weekly" | "monthly" | "manual"): About => ({
  topic: topicOfProof(kind),
  title: titles[kind],
  urgent: false,
});
const other = (kind: keyof typeof titles, urgent = false): About => ({ topic: kind, title: titles[kind], urgent });

/** The topics of these operations' reports: what is told of silence, the next report that is good resolves. */
const topics: Readonly<Record<string, About>> = {
  backup: dailyBackup,
  watch: dailyBackup,
  check: other("check"),
  proof: proof("weekly"),
  rehearsal: proof("monthly"),
  "platform-proof": proof("manual"),
  drill: other("drill-report"),
  "point-in-time": other("point-in-time"),
  recovery: { ...other("recover", true), topic: "recovery" },
  disaster: other("disaster", true),
};

/**
 * What it means that an operation left no report. Of a backup that is a failure: there is no new one that anybody knows of.
 * Of everything else nothing is known.
 */
export function ofSilence({ database, operation, reason, run }: Silence, plan: Plan): Situation {
  const about = topics[operation] ?? { topic: operation, title: operation, urgent: false };
  const now = new Date(run.finished_at);
  const due = dueAt(plan, now);
  const nightly = about.topic === dailyBackup.topic;
  const ended = "ended before it could write a report";
  const ofNight = `the backup of ${database} that was due ${spellInstant(due.toISOString())}`;
  const leads: Readonly<Record<string, string>> = {
    backup: `The run of ${ofNight} ${ended}: nobody knows of a new backup.`,
    watch: `Nobody can tell whether ${ofNight} has arrived: the watch ${ended}.`,
  };
  return {
    ...about,
    database,
    day: dayOf(nightly ? due : now),
    at: run.finished_at,
    state: operation === "backup" ? "bad" : "unclear",
    goodNews: null,
    lead: leads[operation] ?? `${about.title} of ${database} ${ended}: what it should have shown is not known.`,
    findings: [reason],
    firstStep: "Mend what the finding names, then start the workflow again by hand.",
    facts: runFacts({ run, database }),
    run,
    report: null,
  };
}
