import { isCheck, isProof } from "../../report/history.ts";
import type { AnyReport, SampleRecord } from "../../report/model.ts";

/** How fast a verification goes, and where that is known from. */
export type Pace = SampleRecord["pace"];

/** What a run needs however few rows it restores: a server, every definition, the inventory, the end. */
const fixedPhases = /^(prepare|definitions|settings|inventory|sample\.definitions|sample\.event-triggers|cleanup)$/;

/** Of so few bytes a run says nothing about how fast large ones go. */
const leastBytes = 64 * 1024 * 1024;

/** So many of the newest runs count; of these the slowest, since a night that takes too long is worse than one that ends early. */
const window = 3;

/** Before anything was measured: what two cores and a disk of the cloud do, taken low. */
const assumed: Pace = { bytes_per_s: 6_000_000, fixed_s: 45, runs: 0, from: "assumption" };

const secondsOf = (phases: readonly { readonly name: string; readonly seconds: number }[], fixed: boolean) =>
  phases.filter(({ name }) => fixedPhases.test(name) === fixed).reduce((sum, { seconds }) => sum + seconds, 0);

/**
 * How fast the next verification will go: as the slowest of the last three; before there were any, as the slowest of the
 * last three whole proofs, which do more with each byte; before those, by an assumption.
 *
 * @param reports of the database, newest first
 */
export function expectedPace(reports: readonly AnyReport[]): Pace {
  const samples = reports.filter(isCheck).flatMap(({ sample }) => (sample === null ? [] : [sample]));
  const proofs = reports
    .filter(isProof)
    .filter(({ verdict, backup, target }) => verdict === "proven" && backup !== null && target?.kind !== "branch");
  const measured = samples.slice(0, window);
  const fixed =
    measured.length === 0 ? assumed.fixed_s : Math.max(...measured.map(({ phases }) => secondsOf(phases, true)));
  const large = samples.filter(({ restored_bytes }) => restored_bytes >= leastBytes).slice(0, window);
  const whole = proofs.filter(({ backup }) => (backup?.size_bytes ?? 0) >= leastBytes).slice(0, window);
  const slowest = (speeds: readonly number[], from: Pace["from"]): Pace => ({
    bytes_per_s: Math.max(1, Math.round(Math.min(...speeds))),
    fixed_s: Math.round(fixed * 10) / 10,
    runs: speeds.length,
    from,
  });
  if (large.length > 0) {
    return slowest(
      large.map(({ restored_bytes, phases }) => restored_bytes / secondsOf(phases, false)),
      "verifications",
    );
  }
  if (whole.length > 0) {
    const forRows = /^(fetch|restore\..*|census)$/;
    return slowest(
      whole.map(({ backup, phases }) => {
        const seconds = phases.filter(({ name }) => forRows.test(name)).reduce((sum, each) => sum + each.seconds, 0);
        return (backup?.size_bytes ?? 0) / seconds;
      }),
      "proofs",
    );
  }
  return { ...assumed, fixed_s: Math.round(fixed * 10) / 10 };
}

/** The part of the remaining time that is planned with: machines differ from night to night. */
const planned = 0.6;

/** Every verification restores so much at least, however little time is left, or it would verify nothing. */
const leastRoom = 32 * 1024 * 1024;

/** Bytes of the dump that can be restored and compared in so many seconds. */
export function roomFor(seconds: number, pace: Pace): number {
  return Math.max(leastRoom, Math.floor((seconds - pace.fixed_s) * planned * pace.bytes_per_s));
}

/** Seconds that a run keeps for its end, whatever else takes long. */
const keptForTheEnd = 15;

/** Building indexes and comparing take up to so much of the time that loading the same rows takes. */
const afterLoading = 0.8;

/** Where a verification stands between two waves of rows. */
export interface Midway {
  readonly budget: number;
  /** Seconds since the verification began, and since the first rows were loaded. */
  readonly elapsed: number;
  readonly loading: number;
  /** Bytes that are loaded, and that the next wave has. */
  readonly loaded: number;
  readonly next: number;
}

/**
 * Whether there is time for another wave, by how fast the rows before it were loaded tonight; where these were too few to
 * tell, by the expected pace. What is not begun has its turn on another night: the budget is kept, whatever the machine does.
 */
export function hasTimeFor({ budget, elapsed, loading, loaded, next }: Midway, pace: Pace): boolean {
  const tonight = loaded >= leastBytes ? loaded / Math.max(loading, 0.001) : pace.bytes_per_s;
  const wave = next / tonight;
  return elapsed + wave + afterLoading * (loading + wave) + keptForTheEnd <= budget;
}
