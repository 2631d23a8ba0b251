import type { Ground } from "../../src/recovery/full/in-place/ground.ts";

/** A database in which nothing is ours and nothing is there, but for what is given. */
export function bareGround(more: Partial<Ground> = {}): Ground {
  return {
    schemas: new Set(),
    containers: new Set(),
    loose: new Set(),
    roles: new Set(),
    hangers: new Set(),
    writable: new Set(),
    emptiable: new Set(),
    partitioned: new Set(),
    unvalidated: false,
    always: [],
    ...more,
  };
}
