import type { BranchDatabase, BranchState, IncidentState, ProjectState } from "../state.ts";

/** A request that has passed the contract. */
export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Valid by the operation's schema. */
  readonly body: unknown;
}

/** Everything that the stand-in knows. */
export interface World {
  readonly projects: Map<string, ProjectState>;
  readonly branches: Map<string, BranchState>;
  readonly incidents: IncidentState[];
  /** Days for which the account's plan keeps backups. */
  retentionDays: number;
  /** Milliseconds that a restore, a new project and a new branch take. */
  takes: number;
  now(): Date;
  /** Makes the database of a branch; without it a branch has none that can be reached. */
  copyDatabase: ((parent: ProjectState, branchRef: string) => Promise<BranchDatabase>) | null;
}

/** A documented answer that is no success. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Route = (request: RouteRequest, world: World) => unknown;

/** The project that a path names. */
export function projectOf({ params }: RouteRequest, world: World): ProjectState {
  const ref = params.ref ?? "";
  const branch = [...world.branches.values()].find(({ project }) => project.ref === ref);
  const found = world.projects.get(ref) ?? branch?.project;
  if (found === undefined) throw new Refusal(404, "Project not found");
  return found;
}

/** Lets a project pass through a state before it is what it is. */
export function passThrough(project: ProjectState, status: string, world: World): void {
  project.busy = { status, until: world.now().getTime() + world.takes };
}
