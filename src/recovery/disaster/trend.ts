import type { DrillReport, DrillTrend } from "../../report/model.ts";

/** Phases of a drill that a real recovery would have too; the rest prepares the drill or proves more than it must. */
const recoveryPart = "recovery";

/** A phase that became longer by less than this, by share or in seconds, is the machine's mood. */
const leastShare = 1.2;
const leastSeconds = 2;

type Measured = Pick<DrillReport, "phases" | "backup" | "objectives" | "run">;

const round = (value: number) => Math.round(value * 100) / 100;

/** Why a phase became slower, as far as figures can tell: the data grew, or something else did. */
function why(factor: number, sizes: { now: number; before: number } | null, onlyThis: boolean): string {
  if (sizes === null || sizes.before === 0) return "the sizes are not known";
  const grown = sizes.now / sizes.before;
  const size = `the backup is ${grown.toFixed(2)} times as large`;
  if (grown >= 1.1 && factor <= grown * 1.25) return `${size}, which explains it`;
  const rest = onlyThis
    ? "only this phase became slower: look at what it does (network, indexes, checks)"
    : "other phases became slower too: look at the machine";
  return grown >= 1.1 ? `${size}, which does not explain it all; ${rest}` : `the size is the same; ${rest}`;
}

/**
 * Sets a drill against the earlier ones of the same kind of production, and names the phases in which a recovery spends
 * its time.
 *
 * @param earlier newest first
 */
export function trendOf(now: Measured, earlier: readonly DrillReport[]): DrillTrend {
  const [last] = earlier;
  const before = new Map(last?.phases.map(({ name, seconds }) => [name, seconds]));
  const sizes =
    last?.backup == null || now.backup === null ? null : { now: now.backup.size_bytes, before: last.backup.size_bytes };
  const slower = now.phases.flatMap(({ name, seconds, part }) => {
    const was = before.get(name);
    // How long a drill takes to make up its production is nobody's to look into.
    if (part === "preparation" || was === undefined || was <= 0) return [];
    if (seconds - was < leastSeconds || seconds / was < leastShare) return [];
    return [{ name, before_s: was, now_s: seconds, factor: round(seconds / was) }];
  });
  const recovery = now.phases.filter(({ part }) => part === recoveryPart);
  const all = recovery.reduce((sum, { seconds }) => sum + seconds, 0);
  const series = [now, ...earlier].slice(0, 12).map(({ run, objectives, backup }) => ({
    at: run.started_at,
    rto_s: objectives.rto.measured_s,
    rpo_s: objectives.rpo.measured_s,
    size_bytes: backup?.size_bytes ?? null,
  }));
  return {
    drills: earlier.length,
    series,
    changes: now.phases.flatMap(({ name, seconds }) => {
      const was = before.get(name);
      return was === undefined ? [] : [{ name, before_s: was, now_s: seconds }];
    }),
    slower: slower.map((one) => ({ ...one, why: why(one.factor, sizes, slower.length === 1) })),
    bottlenecks: [...recovery]
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, 3)
      .filter(({ seconds }) => all > 0 && seconds / all >= 0.2)
      .map(({ name, seconds }) => ({ name, seconds, share: round(seconds / all) })),
  };
}
