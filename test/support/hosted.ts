import { startCluster } from "../../src/postgres/cluster.ts";
import { connect } from "../../src/postgres/connect.ts";
import { withDatabase } from "../../src/postgres/target.ts";
import type { Session, Target } from "../../src/postgres/types.ts";
import { runSqlFile } from "./database.ts";

/** A server set up as a platform does it, where the project's role is no superuser. */
export interface HostedServer extends AsyncDisposable {
  /** The platform's superuser. */
  readonly admin: Target;
  /** Makes a project of its own on it, as the project's role `postgres` reaches it. Projects share the roles. */
  project(name: string): Promise<Target>;
}

export async function hostedServer(): Promise<HostedServer> {
  const cluster = await startCluster({ superuser: "supabase_admin" });
  const admin = cluster.target;
  await using session: Session = await connect(admin, { readOnly: false });
  await runSqlFile(session, "sql/bootstrap/supabase-roles.sql");
  await session.query("CREATE DATABASE project_template TEMPLATE template0");
  await using template = await connect(withDatabase(admin, "project_template"), { readOnly: false });
  await runSqlFile(template, "sql/fixtures/hosted.sql");
  return {
    admin,
    async project(name) {
      await using session = await connect(admin, { readOnly: false });
      await session.query(`CREATE DATABASE ${name} TEMPLATE project_template OWNER postgres`);
      return { ...withDatabase(admin, name), user: "postgres" };
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
