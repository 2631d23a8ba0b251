import type { Objective, ProofReport } from "./model.ts";

type Phases = ProofReport["phases"];

/** Whether a recovery would have to wait for a phase: the rest of a proof is proof. */
export const isRecoveryPhase = (name: string) => /^(fetch|prepare|restore\..+)$/.test(name);

/**
 * The restore's share of a run in seconds: fetch, prepare and restore.*; null where the restore did not come to its
 * end, for half a restore says nothing about how long a whole one takes.
 */
export function restoreSeconds(phases: Phases): number | null {
  const names = phases.map(({ name }) => name);
  const restored = names.some((name) => name.startsWith("restore."));
  // The copy is counted only after everything was loaded.
  const ended = names.includes("census") || names.includes("checks");
  if (!restored || !ended) return null;
  const seconds = phases.filter(({ name }) => isRecoveryPhase(name)).reduce((sum, phase) => sum + phase.seconds, 0);
  return Math.round(seconds * 1000) / 1000;
}

/** Sets a promise against what was measured. What is of the future (negative) keeps none, and tells no time. */
export function objective(target_s: number, measured_s: number | null): Objective {
  if (measured_s !== null && measured_s < 0) return { target_s, measured_s: null, met: false };
  return { target_s, measured_s, met: measured_s === null ? null : measured_s <= target_s };
}
