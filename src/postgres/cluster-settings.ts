import { availableParallelism, totalmem } from "node:os";

/** What a server is tuned by. Sizes in bytes. */
export interface Machine {
  readonly memory: number;
  readonly cores: number;
  /** Free space where the data will lie. */
  readonly disk: number;
}

/** Memory and cores of this machine, or of the container that we are in. */
export function machineSize(): Pick<Machine, "memory" | "cores"> {
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { memory, cores: availableParallelism() };
}

const MB = 1024 * 1024;
const megabytes = (bytes: number, least: number, most: number) =>
  `${Math.round(Math.min(Math.max(bytes / MB, least), most))}MB`;

/**
 * Server settings for a restore. A throwaway may lose everything at a crash, so it pays for no safety: a restore is
 * about three times faster. It shares the machine with pg_restore, restic and us, so it takes a part of the memory only.
 */
export function clusterSettings(machine: Machine): Record<string, string> {
  return {
    listen_addresses: "",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    wal_level: "minimal",
    max_wal_senders: "0",
    // Without it small new tables and indexes are written to WAL instead of being synced, which costs nothing here.
    wal_skip_threshold: "0",
    wal_buffers: "16MB",
    // Little WAL is written at this level, but what is must not force checkpoints, nor fill the disk.
    max_wal_size: megabytes(machine.disk / 8, 256, 16_384),
    checkpoint_timeout: "1h",
    autovacuum: "off",
    // Whoever makes, fills or drops a relation looks through all of it: with 1 GB, 5,000 small tables take twice as long as
    // with this. The operating system's cache serves the large ones.
    shared_buffers: megabytes(machine.memory / 64, 32, 128),
    maintenance_work_mem: megabytes(machine.memory / 24, 32, 1024),
    work_mem: megabytes(machine.memory / 256, 4, 64),
    max_parallel_maintenance_workers: String(Math.min(machine.cores, 8)),
    max_parallel_workers_per_gather: String(Math.min(machine.cores, 4)),
    // A dump of 5,000 tables in one transaction locks them all.
    max_locks_per_transaction: "1024",
    max_connections: "60",
    // Messages quote rows. They would go nowhere but into our memory; they need not go anywhere.
    logging_collector: "off",
    log_min_messages: "fatal",
    log_min_error_statement: "panic",
    log_checkpoints: "off",
    // In files of the cluster's own folder, where parallel queries are as fast: /dev/shm is 64 MB in a plain Docker
    // container, and what a killed server has there stays until the machine is started anew.
    dynamic_shared_memory_type: "mmap",
  };
}
