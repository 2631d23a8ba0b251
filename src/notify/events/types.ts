import type { Run } from "../../report/model.ts";
import type { Message } from "../types.ts";

/** How a topic stands by one report, and what people would be told of it. */
export interface Situation {
  /** Stable, such as `backup` or `weekly-proof`: a topic that failed is told to have recovered. */
  readonly topic: string;
  /** The topic for people: `Weekly proof`. */
  readonly title: string;
  readonly database: string;
  /** The day that it counts for, `2026-11-22`. */
  readonly day: string;
  /** When it was so, ISO 8601 UTC. */
  readonly at: string;
  /**
   * `slow`: a backup that is there and took longer than the plan allows. That is an alarm by itself, and good news where
   * it was missed before.
   */
  readonly state: "good" | "slow" | "bad" | "unclear";
  /** Whether somebody has to look at once when it is not good. */
  readonly urgent: boolean;
  /** The subject under which it is told that all is well; null where nobody is told of that. */
  readonly goodNews: string | null;
  /** A sentence that says it all. */
  readonly lead: string;
  readonly findings: readonly string[];
  readonly firstStep: string | null;
  readonly facts: Message["facts"];
  readonly run: Run;
  /** The path of its report; null where it left none. */
  readonly report: string | null;
}
