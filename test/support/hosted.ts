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
  /** The same without an application: as the platform has just set it up. */
  newProject(name: string): Promise<Target>;
}

export async function hostedServer(): Promise<HostedServer> {
  const cluster = await startCluster({ superuser: "supabase_admin" });
  const admin = cluster.target;
  await using session: Session = await connect(admin, { readOnly: false });
  await runSqlFile(session, "sql/bootstrap/supabase-roles.sql");
  const make = async (name: string, template: string, ...files: string[]): Promise<Target> => {
    await using session = await connect(admin, { readOnly: false });
    await session.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER postgres`);
    await using made = await connect(withDatabase(admin, name), { readOnly: false });
    for (const file of files) await runSqlFile(made, file);
    return { ...withDatabase(admin, name), user: "postgres" };
  };
  await make("new_template", "template0", "sql/fixtures/hosted.sql");
  await make("project_template", "new_template", "sql/fixtures/hosted-app.sql");
  return {
    admin,
    project: (name) => make(name, "project_template"),
    newProject: (name) => make(name, "new_template"),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
