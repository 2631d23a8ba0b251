import { spellAmount } from "../../base/spell.ts";
import { qualifiedName } from "../../postgres/quote.ts";

/* What a database's outside says about its plan. Pure: takes what was read, gives guesses, each with the reason for it. */

export interface FoundTable {
  readonly schema: string;
  readonly name: string;
  readonly bytes: number;
  /** Nothing is in it today. */
  readonly empty: boolean;
  readonly protected: boolean;
  readonly referenced_by: number;
  readonly key: string | null;
  readonly columns: readonly string[];
  readonly readable: boolean;
}

export interface FoundReference {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
  readonly to_schema: string;
  readonly to_name: string;
  readonly to_key: string;
  /** Whether some row leads nowhere today; null where that could not be asked in time. */
  readonly dangles: boolean | null;
}

/** A column of the clock, with the newest value and the longest silence between the last ones, in seconds. */
export interface FoundPulse {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
  readonly age_s: number;
  readonly longest_gap_s: number;
}

/** Everything that `init` has read. */
export interface FoundDatabase {
  readonly database: string;
  readonly supabase: boolean;
  /** Of its server. */
  readonly major: number;
  readonly tables: readonly FoundTable[];
  /** Tables that the role may not read, as SQL names them: nothing is guessed from them. */
  readonly unread: readonly string[];
  /** The role that read, and whether policies hide rows from it. */
  readonly user: string;
  readonly filtered: boolean;
  readonly references: readonly FoundReference[];
  readonly pulses: readonly FoundPulse[];
}

/** One guess: what is written into the plan, and why. */
export interface Guess<T> {
  readonly value: T;
  readonly why: string;
}

/** Names of columns that hold what people want kept and kept secret. */
const personal =
  /^(e?mail|phone|mobile|(first|last|full|sur|given|family|middle)_?name|birth|dob$|address|street|zip|postal|passport|ssn$|tax_id|iban|gender|ip_address|pin|password)|_(email|phone|address)$|message_text|encrypted/i;

/** Names that begin like those, and are of a machine or of a row. */
const impersonal = /(_id|_type|_host|box|_index)$/i;

const tellsOfPeople = (column: string) => personal.test(column) && !impersonal.test(column);

const most = 12;

/** Names as the plan writes them: what is a keyword in any major is quoted. */
export const planName = ({ schema, name }: { readonly schema: string; readonly name: string }) =>
  qualifiedName(schema, name, Number.POSITIVE_INFINITY);

const day = 24 * 60 * 60;

function reasonsOf(table: FoundTable, all: readonly FoundTable[]): string[] {
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const share = total === 0 ? 0 : table.bytes / total;
  const about = table.columns.filter(tellsOfPeople);
  return [
    ...(table.referenced_by > 1 ? [`${table.referenced_by} other tables refer to it`] : []),
    ...(about.length > 0 ? [`${about.slice(0, 2).join(" and ")} may tell of people`] : []),
    ...(share >= 0.1 && all.length > 3 ? [`${Math.round(share * 100)} % of the bytes are in it`] : []),
  ];
}

/**
 * Tables without which there is no application: those that others lean on, that tell of people, or that hold most. What is
 * empty today is no guess, unless everything is.
 */
export function criticalTables(all: readonly FoundTable[]): Guess<string>[] {
  const filled = all.filter(({ empty }) => !empty);
  const tables = filled.length > 0 ? filled : all;
  const weight = (table: FoundTable) => table.referenced_by * 2 + (table.columns.some(tellsOfPeople) ? 3 : 0);
  const guesses = tables
    .map((table) => ({ table, reasons: reasonsOf(table, tables) }))
    .filter(({ reasons }) => reasons.length > 0)
    .sort((a, b) => weight(b.table) - weight(a.table) || b.table.bytes - a.table.bytes)
    .slice(0, most);
  // A database that gives no hint has tables all the same, and the largest are the least bad guess.
  const chosen =
    guesses.length > 0
      ? guesses
      : [...tables]
          .sort((a, b) => b.bytes - a.bytes)
          .slice(0, 3)
          .map((table) => ({ table, reasons: ["one of the largest"] }));
  return chosen.map(({ table, reasons }) => ({ value: planName(table), why: reasons.join("; ") }));
}

/** Tables whose row level security is on now, and must be on after every restore. */
export function protectedTables(tables: readonly FoundTable[]): string[] {
  return tables.filter((table) => table.protected).map(planName);
}

/** The table whose rows are read back one by one: one that others lean on, with a key of one column. */
export function smokeTable(tables: readonly FoundTable[]): Guess<{ table: string; key: string }> | null {
  const [best] = tables
    .flatMap((table) => (table.key === null ? [] : [{ ...table, key: table.key }]))
    .sort((a, b) => Number(a.empty) - Number(b.empty) || b.referenced_by - a.referenced_by || b.bytes - a.bytes);
  if (best === undefined) return null;
  const why =
    best.referenced_by > 0
      ? `${spellAmount(best.referenced_by, "reference")} from other tables`
      : "the largest table with a key";
  return { value: { table: planName(best), key: best.key }, why };
}

/** A duration as people write it, rounded up to what they would say. */
function generously(seconds: number): string {
  const hours = Math.ceil(seconds / 3600);
  return hours <= 48 ? `${Math.max(hours, 1)}h` : `${Math.ceil(seconds / day)}d`;
}

/** The longest time without a row, the one that goes on included. */
const silence = ({ age_s, longest_gap_s }: FoundPulse) => Math.max(age_s, longest_gap_s);

/**
 * Signs of life: at most three columns that have moved within a week, those first that were silent least. The allowance
 * is twice the longest silence among the last rows, and at least a day, so that a quiet night is no alarm.
 */
export function freshnessProbes(
  pulses: readonly FoundPulse[],
): Guess<{ table: string; column: string; within: string }>[] {
  const onePerTable = new Map<string, FoundPulse>();
  for (const pulse of pulses) {
    if (pulse.age_s > 7 * day) continue;
    const best = onePerTable.get(planName(pulse));
    if (best === undefined || silence(pulse) < silence(best)) onePerTable.set(planName(pulse), pulse);
  }
  return [...onePerTable.values()]
    .sort((a, b) => silence(a) - silence(b))
    .slice(0, 3)
    .map((pulse) => ({
      value: {
        table: planName(pulse),
        column: pulse.column,
        within: generously(Math.max(day, 2 * silence(pulse))),
      },
      why: `the longest silence between its last rows was ${generously(pulse.longest_gap_s)}, the newest is ${generously(pulse.age_s)} old`,
    }));
}
