/*
 * Every recovery goes through the same steps, whatever it restores. This is the table of what may follow what; it
 * decides nothing else, so that each way through it can be tested without a database.
 */

/** The steps in their order; `roll_back` is where a fault after the first write leads. */
export const steps = [
  "select",
  "preview",
  "confirm",
  "safety_backup",
  "quiesce",
  "execute",
  "verify",
  "roll_back",
  "announce",
  "watch",
  "record",
] as const;

export type Step = (typeof steps)[number];

/**
 * `previewed`: nothing was asked for but the plan. `recovered`: restored, verified, watched. `failed`: it ended before
 * anything was written. `rolled_back`: something was written and taken back; production is as it was. `needs_person`:
 * what was written could not be taken back, or what followed was not as it should be; a person must look.
 */
export const outcomes = ["previewed", "recovered", "failed", "rolled_back", "needs_person"] as const;
export type Outcome = (typeof outcomes)[number];

/** Where a recovery stands. `outcome` is null as long as the recovery may still succeed. */
export interface State {
  readonly step: Step | "ended";
  readonly outcome: Outcome | null;
}

/**
 * `done`: the step has come to its end. `preview_only`: nobody asked for more than the plan. `fault`: the step failed.
 * `undone`, `not_undone`: what the roll-back came to. `regressed`: the recovered database is watched and ails.
 */
export const events = ["done", "preview_only", "fault", "undone", "not_undone", "regressed"] as const;
export type Event = (typeof events)[number];

/** Where every recovery begins. */
export const start: State = { step: "select", outcome: null };

type Next = (outcome: Outcome | null) => State;

const to =
  (step: State["step"], decided?: Outcome): Next =>
  (outcome) => ({ step, outcome: decided ?? outcome });

/** Whether there is something to watch: only a database that was recovered. */
const afterTheNews: Next = (outcome) => ({ step: outcome === null ? "watch" : "record", outcome });

const table: Readonly<Record<Step, Partial<Record<Event, Next>>>> = {
  select: { done: to("preview"), fault: to("ended", "failed") },
  preview: { done: to("confirm"), preview_only: to("ended", "previewed"), fault: to("ended", "failed") },
  confirm: { done: to("safety_backup"), fault: to("ended", "failed") },
  // Confirmed by a person: from here on people hear of it, however it ends.
  safety_backup: { done: to("quiesce"), fault: to("announce", "failed") },
  // From here on production may have been written.
  quiesce: { done: to("execute"), fault: to("roll_back") },
  execute: { done: to("verify"), fault: to("roll_back") },
  verify: { done: to("announce"), fault: to("roll_back") },
  roll_back: { undone: to("announce", "rolled_back"), not_undone: to("announce", "needs_person") },
  // A message that nobody got changes nothing about the database; the incident file says so.
  announce: { done: afterTheNews, fault: afterTheNews },
  // What nobody could watch is not known to be well.
  watch: {
    done: to("record", "recovered"),
    regressed: to("record", "needs_person"),
    fault: to("record", "needs_person"),
  },
  record: { done: to("ended") },
};

/** Whether an event can happen in a state. */
export function isPossible(state: State, event: Event): boolean {
  return state.step !== "ended" && table[state.step][event] !== undefined;
}

/**
 * The state that follows.
 *
 * @throws Error where the event cannot happen there: a fault of the program, not of a person
 */
export function apply(state: State, event: Event): State {
  const next = state.step === "ended" ? undefined : table[state.step][event];
  if (next === undefined) throw new Error(`${event} cannot happen in ${state.step}`);
  return next(state.outcome);
}

/** Steps that may have written something to production: a run that ends in one of them leaves a marker there. */
export const writingSteps: ReadonlySet<State["step"]> = new Set(["quiesce", "execute", "verify", "roll_back"]);

/** Where production was found by a run that comes after a crash. */
export const standings = ["untouched", "begun", "done", "unclear"] as const;
export type Standing = (typeof standings)[number];

/**
 * Where a run goes on that finds an unfinished recovery. Steps are idempotent, so most are simply done again; only what
 * the execution left behind has to be looked at first.
 *
 * @param standing how the method finds production, where the step is one that writes
 */
export function resumption(state: State, standing: Standing | null): State {
  if (state.step === "ended" || !writingSteps.has(state.step)) return state;
  if (standing === "unclear") return { step: "announce", outcome: "needs_person" };
  if (state.step === "roll_back") return state;
  // Not verified yet, whatever the last run had come to: the verification is read only and can be had again.
  if (standing === "done") return { step: "verify", outcome: null };
  return { step: "quiesce", outcome: null };
}
