import type { BackupFigures } from "../../proof/history/figures.ts";
import type { Verdict } from "../../report/model.ts";

/** Which database a damage or a variant is about. */
export type Fixture = "odyssey" | "stale" | "nasty" | "shop" | "pgbench" | "bare";

/** Damage to a restored copy, by SQL. */
export interface CopyDamage {
  readonly kind: string;
  readonly on: Fixture;
  /** Run as the copy's superuser with triggers and foreign keys off. `$db` stands for the copy's name. */
  readonly sql: string;
  /** Takes back what is the whole server's and not the copy's: roles, memberships. */
  readonly undo?: string;
  /** The check that must be among those that notice, where it matters which. */
  readonly by?: string;
}

/** Damage to the file of one of a copy's relations, as a failing disk does it. */
export interface FileDamage {
  readonly kind: string;
  readonly on: Fixture;
  readonly relation: string;
  /** Changes the bytes of the file in place, or gives others. */
  readonly harm: (bytes: Buffer) => Buffer;
  readonly by?: string;
}

/** A sound copy next to what is recorded of earlier backups; an alarm where `by` names a check, none where it does not. */
export interface HistoryCase {
  readonly kind: string;
  readonly past: (now: BackupFigures) => readonly BackupFigures[];
  readonly by?: string;
}

/** What a damage to an archive may do. */
export interface ArchiveTools {
  /** The backup's directory, a copy that may be changed. */
  readonly directory: string;
  /** An older backup of the same database. */
  readonly older: string;
  /** A backup of another database under the same name. */
  readonly other: string;
  /** Numbers that look random and are the same for the same kind of damage. */
  below(limit: number): number;
  /** Writes the manifest anew, as somebody would who can write the vault and covers the traces. */
  resign(): Promise<void>;
}

/** Damage to a backup before it is restored. */
export interface ArchiveDamage {
  readonly kind: string;
  harm(tools: ArchiveTools): Promise<void>;
  /** Whether the backup's digest was recorded outside the vault. */
  readonly recorded?: true;
}

/** Damage to the vault that a backup is fetched from. */
export interface VaultDamage {
  readonly kind: string;
  harm(vault: string): Promise<void>;
  /** The password that is tried; the right one unless told otherwise. */
  readonly password?: string;
}

/** The same database in another shape: it must be proven all the same. */
export interface Variant {
  readonly kind: string;
  readonly on: Fixture;
  /** Run one by one on the copy, outside of a transaction; the copy is as restored without any. */
  readonly statements?: readonly string[];
  /** Restored anew, with so many jobs, after objects that are gone have used up OIDs. */
  readonly restoredWith?: number;
}

/** What a proof said about a copy or a backup. */
export interface Outcome {
  readonly verdict: Verdict;
  /** The checks that failed or could not be run. */
  readonly by: readonly string[];
  /** The first finding as the report has it. */
  readonly reads: string;
}

/** One entry of the catalogue, ready to be tried. */
export interface Entry {
  readonly family: string;
  readonly kind: string;
  /** False for what must be proven. */
  readonly damaging: boolean;
  /** Such a damage must be `failed` unless told otherwise. */
  readonly mayBeInconclusive?: boolean;
  /** The check that must be among those that notice. */
  readonly mustBy?: string;
  run(): Promise<Outcome>;
}

/** What came of one entry. */
export interface Trial extends Outcome {
  readonly family: string;
  readonly kind: string;
  readonly damaging: boolean;
  /** As it had to be: the damage noticed, the undamaged proven. */
  readonly right: boolean;
  readonly seconds: number;
}
