import type { Session } from "../../postgres/types.ts";

const begin = /^BEGIN\b[^;]*/;

/**
 * The same connection for code that opens a transaction of its own, as every reading of the census and every check
 * does: within the transaction that is open already, its BEGIN becomes a savepoint and its ROLLBACK goes back to it. So
 * it sees what that transaction changed, and still cannot write where it did not ask to.
 */
export function asSavepoints(session: Session): Session {
  const { target, versionNum, backendPid } = session;
  return {
    target,
    versionNum,
    backendPid,
    query(sql, values) {
      if (sql === "ROLLBACK") return session.query("ROLLBACK TO SAVEPOINT inner_read; RELEASE SAVEPOINT inner_read");
      const nested = sql.replace(begin, (asked) =>
        // A policy is given another clock for one reading, and gets its own back.
        asked.includes("READ WRITE") ? "SAVEPOINT inner_read" : "SAVEPOINT inner_read; SET TRANSACTION READ ONLY",
      );
      return session.query(nested, values);
    },
    origins: (sql) => session.origins(sql),
    async [Symbol.asyncDispose]() {},
  };
}
