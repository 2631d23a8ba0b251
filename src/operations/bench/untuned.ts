/**
 * PostgreSQL's own defaults for all that a throwaway has changed, as in a server that somebody has just installed. But
 * for the room for locks: with the default neither psql in one transaction nor pg_dump would get through 5,000 tables.
 */
export const untunedSettings: Readonly<Record<string, string>> = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_level: "replica",
  max_wal_senders: "10",
  wal_buffers: "-1",
  max_wal_size: "1GB",
  checkpoint_timeout: "5min",
  autovacuum: "on",
  shared_buffers: "128MB",
  maintenance_work_mem: "64MB",
  work_mem: "4MB",
  max_parallel_maintenance_workers: "2",
  max_parallel_workers_per_gather: "2",
};
