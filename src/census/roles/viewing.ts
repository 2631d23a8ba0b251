import type { DatabasePlan } from "../../plan/schema.ts";
import type { Task } from "../hash-tables.ts";
import type { Relation } from "../relations.ts";
import type { ReadOptions } from "../transaction.ts";
import type { RoleViews, Scope } from "../types.ts";
import type { NotCovered } from "./not-covered.ts";

/** What is needed to read what each role may see. */
export interface RoleViewOrder {
  readonly read: ReadOptions;
  readonly scope: Scope;
  readonly database: DatabasePlan;
  readonly relations: readonly Relation[];
}

/** The reading of what each role may see, as tasks that any number of sessions may share. */
export interface RoleViewing {
  readonly tasks: readonly {
    readonly run: Task;
    /** Whether large tables are read as a whole. */
    readonly long: boolean;
  }[];
  /** Tasks that follow when all tasks of the census are done and its sessions idle. */
  followUps(): readonly Task[];
  result(): RoleViews | undefined;
  notCovered(): NotCovered;
}
