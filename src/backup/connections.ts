/** How a plan's connections are shared out. */
export interface ConnectionShare {
  /** pg_dump's jobs: more than one costs a connection more than there are jobs. */
  readonly jobs: number;
  /** Connections that count and hash. */
  readonly workers: number;
}

/**
 * Shares the plan's connections between pg_dump, the census and the one session that holds locks and snapshot. The
 * plan's jobs give way where they would leave the census nothing.
 */
export function shareConnections(plan: { readonly connections: number; readonly jobs: number }): ConnectionShare {
  const free = plan.connections - 1;
  const jobs = plan.jobs + 2 <= free ? plan.jobs : Math.max(1, free - 2);
  const dump = jobs === 1 ? 1 : jobs + 1;
  return { jobs, workers: Math.max(1, Math.min(free - dump, 2 * plan.jobs)) };
}
