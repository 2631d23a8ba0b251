/** What a fault means for the verdict and the exit code. */
export type ErrorKind =
  /** Malformed input or plan: exit 2, nothing was changed. */
  | "input"
  /** The surroundings failed (host, password, disk, missing tool): exit 3, the verdict is inconclusive. */
  | "surroundings"
  /** The backup, the database or a rule is at fault: exit 1, the verdict is failed. */
  | "failed"
  /** A person or the runner stopped the run: exit 130. */
  | "interrupted";

const exitCodes = { input: 2, surroundings: 3, failed: 1, interrupted: 130 } as const;

/**
 * A fault that people are told about. Its message is written for them: it names the thing, says why,
 * and says what to do. Its `id` is stable and may be searched for.
 */
export class IthacaError extends Error {
  override readonly name = "IthacaError";
  readonly id: string;
  readonly kind: ErrorKind;
  /** The half of the message that says what to do, without a full stop; null where it has no such half. */
  readonly mend: string | null;

  constructor(id: string, kind: ErrorKind, message: string, options?: ErrorOptions & { readonly mend?: string }) {
    super(message, options);
    this.id = id;
    this.kind = kind;
    this.mend = options?.mend ?? null;
  }

  get exitCode(): number {
    return exitCodes[this.kind];
  }
}

/** One row of a room's error table. `P` are the parameters that the sentence needs. */
export interface ErrorEntry<P> {
  readonly kind: ErrorKind;
  /** What went wrong and why, without a full stop: it becomes the first half of the message. */
  readonly says: (parameters: P) => string;
  /** What to do about it, as an imperative without a full stop: the second half of the message. */
  readonly mend: (parameters: P) => string;
  /** Parameters for the generated documentation; also what the table's own test renders. */
  readonly example: P;
}

// biome-ignore lint/suspicious/noExplicitAny: each row has parameters of its own; `any` is the only bound that infers them.
type ErrorTable = Record<string, ErrorEntry<any>>;

type Throwers<T extends ErrorTable> = {
  readonly [K in keyof T]: T[K] extends ErrorEntry<infer P>
    ? (parameters: P, options?: ErrorOptions) => IthacaError
    : never;
};

const registered = new Map<string, ErrorEntry<unknown>>();

/** Types one row of an error table by its example, so that `says` and `mend` need no annotations. */
export function entry<P>(row: ErrorEntry<P>): ErrorEntry<P> {
  return row;
}

/**
 * Declares the errors of a room as a table and returns one constructor per row.
 *
 * @example
 * const errors = defineErrors("vault", { wrong_password: entry({ kind: "surroundings", ... }) });
 * throw errors.wrong_password({ repository });
 */
export function defineErrors<const T extends ErrorTable>(room: string, table: T): Throwers<T> {
  const throwers: Record<string, unknown> = {};
  for (const [key, row] of Object.entries(table)) {
    const id = `${room}.${key}`;
    registered.set(id, row);
    throwers[key] = (parameters: unknown, options?: ErrorOptions) => {
      const mend = row.mend(parameters);
      return new IthacaError(id, row.kind, `${row.says(parameters)}; ${mend}.`, { ...options, mend });
    };
  }
  return throwers as Throwers<T>;
}

/** All declared errors by id, for the documentation and its test. */
export function errorTable(): ReadonlyMap<string, ErrorEntry<unknown>> {
  return registered;
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The code of anything that was thrown: Node's, such as ENOENT, or a driver's, such as a SQLSTATE; empty where it has none. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}
