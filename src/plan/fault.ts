/** One thing that is wrong with a plan: where, and a sentence that names the key and the fix. */
export interface Fault {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly message: string;
}

/** A fault of which only the place in the plan is known so far. */
export interface PathFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
