/** One cluster's own pgBackRest: every path is its own, so that several on one machine never meet. */
export interface Configuration {
  readonly stanza: string;
  /** Lines that say where the repository is: a folder, or a bucket. */
  readonly repository: readonly string[];
  readonly cipherPassphrase: string;
  /** Folder for locks, spool and logs. */
  readonly work: string;
  readonly data: string;
  readonly socket: string;
  readonly port: number;
  readonly user: string;
}

/**
 * The text of a `pgbackrest.conf`. It is the one that docs/point-in-time.md explains.
 * A week of full backups is kept, with every segment of the archive that they need.
 */
export function configurationText(c: Configuration): string {
  return `[global]
${c.repository.join("\n")}
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=${c.cipherPassphrase}
repo1-retention-full-type=time
repo1-retention-full=7
lock-path=${c.work}/lock
log-path=${c.work}/log
log-level-file=off
spool-path=${c.work}/spool
compress-type=lz4
start-fast=y

[${c.stanza}]
pg1-path=${c.data}
pg1-socket-path=${c.socket}
pg1-port=${c.port}
pg1-user=${c.user}
`;
}
