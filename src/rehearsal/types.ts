import type { NotCovered } from "../proof/types.ts";

/** How one test of the app ended on the copy. Never its message: that may quote rows. */
export interface RehearsedTest {
  readonly name: string;
  /** `excused`: failed or skipped, and the plan says that it may. */
  readonly status: "passed" | "failed" | "skipped" | "excused";
  readonly seconds: number;
  /** The error's class, such as `AssertionError`; for an excused test why it is excused. */
  readonly error: string | null;
}

/** What a rehearsal came to: the report's part of that name. */
export interface Rehearsal {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly tests: readonly RehearsedTest[];
}

/** A rehearsal with what it could not cover. */
export interface RehearsalOutcome {
  readonly rehearsal: Rehearsal;
  readonly notCovered: readonly NotCovered[];
}

/** An account whose password is known, on the copy only. */
export interface KnownUser {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}
