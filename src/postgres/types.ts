import type { QueryResultRow } from "pg";

/** Where a database is and how to get in. Made by `parseTarget` from a URL; the password never leaves this object but through a pass file. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  /** libpq's sslmode, with libpq's meaning. */
  readonly sslmode: "disable" | "prefer" | "require" | "verify-ca" | "verify-full";
  readonly sslrootcert?: string;
  /** Settings of each session, as libpq's `options` takes them: they win over those of the role and of the database. */
  readonly options?: string;
}

/** A connection with pinned settings. Disposing closes it. */
export interface Session extends AsyncDisposable {
  readonly target: Target;
  /** `server_version_num`, such as 150018. */
  readonly versionNum: number;
  readonly backendPid: number;
  query<Row extends QueryResultRow = QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Where the columns of a query come from, as the server says with every result. The query is run: let it be LIMIT 0. */
  origins(sql: string): Promise<ColumnOrigin[]>;
}

/** A column of a result, and the column of a relation that it shows; null where it is computed. */
export interface ColumnOrigin {
  readonly name: string;
  readonly from: { readonly relation: number; readonly attribute: number } | null;
}

/** A database that is ours to destroy. Disposing destroys it. */
export interface Throwaway extends AsyncDisposable {
  readonly kind: "cluster" | "service";
  /** Superuser access to the throwaway database. */
  readonly target: Target;
  readonly versionNum: number;
  /** How the restored code is kept from doing harm, as facts for the report. */
  readonly isolation: {
    /** The OS user that runs the server where it is not ours. */
    readonly osUser: string | null;
    /** True where the server has no network but its unix socket. */
    readonly networkless: boolean;
  };
  /** Removes it and proves that nothing is left; false where something is. Idempotent. */
  destroy(): Promise<boolean>;
}
