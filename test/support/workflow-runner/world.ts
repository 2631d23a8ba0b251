import { createHash } from "node:crypto";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { run } from "../../../src/base/child-process.ts";
import { scratchDirectory } from "../../../src/base/scratch.ts";
import { startCluster } from "../../../src/postgres/cluster.ts";
import type { Session } from "../../../src/postgres/types.ts";
import { socketUrl } from "../cli.ts";
import { testDatabase } from "../database.ts";
import { type GitHubStandIn, githubStandIn } from "../github.ts";
import { testVault, vaultPassword } from "../vault.ts";
import { type WebHook, webHook } from "../web-hook.ts";
import { type JobRecord, readWorkflow, runWorkflow, type WorkflowRun } from "./run-workflow.ts";
import { warmProcess } from "./warm.ts";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** What lies in a fork besides its plan: Ithaca itself. */
const ownParts = ["actions", "src", "sql", "scripts", "package.json", "package-lock.json"];

/** A team with a fork of Ithaca: a production database, a vault, a repository on GitHub, and runners. */
export interface World extends AsyncDisposable {
  readonly github: GitHubStandIn;
  /** Where messages to Slack arrive. */
  readonly slack: WebHook;
  readonly production: Session;
  /** Secrets of the repository; tests change them. */
  readonly secrets: Record<string, string>;
  /** restic's repository. */
  readonly vault: string;
  readonly workspace: string;
  /** Runs a workflow on a fresh checkout of the branch `main`; each action in a process of its own where `warm` is undefined. */
  run(
    workflow: string,
    options?: Partial<Pick<WorkflowRun, "event" | "inputs" | "payload" | "vars" | "environment" | "warm">> & {
      /** What `main` held when the run was asked for: one that waited, or is started again, works on that commit. */
      readonly asOf?: ReadonlyMap<string, string>;
    },
  ): Promise<Ended>;
  /** Steps of these workflows that no run so far has executed, such as `recover.yml: execute: Recover`. */
  leftOut(workflows: readonly string[]): Promise<readonly string[]>;
  /** The files of `main`, by path. */
  committed(): Promise<ReadonlyMap<string, string>>;
  issues(): Promise<readonly Issue[]>;
  commits(): Promise<readonly string[]>;
}

/** How a run ended. */
export interface Ended {
  readonly result: "success" | "failure";
  readonly jobs: readonly JobRecord[];
  readonly summary: string;
  /** Everything that the steps have printed, for a test that fails. */
  readonly log: string;
}

const issueSchema = z.object({
  number: z.int(),
  state: z.enum(["open", "closed"]),
  state_reason: z.string().nullish(),
  title: z.string(),
  body: z.string().nullable(),
  comments: z.int(),
  labels: z.array(z.object({ name: z.string() })),
});
export type Issue = z.output<typeof issueSchema>;

const treeSchema = z.object({
  tree: z.array(z.object({ path: z.string(), type: z.string(), sha: z.string() })),
});
const blobSchema = z.object({ content: z.string() });

/** Lets a TCP port of this machine lead to a server on a unix socket, as a service container's port does. */
async function openPort(socketDirectory: string) {
  const server = createServer((client) => {
    const inner = createConnection(join(socketDirectory, ".s.PGSQL.5432"));
    client.pipe(inner).pipe(client);
    const part = () => {
      client.destroy();
      inner.destroy();
    };
    for (const end of [client, inner]) end.on("error", part);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { port: String(typeof address === "object" ? address?.port : ""), close: () => server.close() };
}

/** The checkout of a fork, with its libraries installed. */
async function layOut(workspace: string, plan: string): Promise<void> {
  await mkdir(join(workspace, "node_modules"), { recursive: true });
  for (const part of ownParts) await symlink(join(repository, part), join(workspace, part));
  await symlink(join(repository, "node_modules/.bin"), join(workspace, "node_modules/.bin"));
  const lock = createHash("sha256").update(await readFile(join(repository, "package-lock.json")));
  await writeFile(join(workspace, `node_modules/.ithaca-${lock.digest("hex").slice(0, 32)}`), "");
  await writeFile(join(workspace, "ithaca.yaml"), plan);
  // A checkout is a repository, which knows what the job has made since.
  await run("git", ["init", "--quiet"], { cwd: workspace });
}

/**
 * Sets up a team.
 *
 * @param plan the text of its ithaca.yaml; the database's name in it is `shop`
 * @param schema SQL that makes its production database
 * @param options.public whether everybody may read the repository
 */
export async function openWorld(plan: string, schema: string, options: { public?: boolean } = {}): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDirectory("world"));
  const [github, slack, production, throwaway, vault] = await Promise.all([
    githubStandIn(options),
    webHook(),
    testDatabase(),
    startCluster(),
    testVault(),
  ]);
  for (const resource of [github, slack, production, throwaway, vault]) stack.use(resource);
  const service = await openPort(throwaway.target.host);
  stack.defer(() => void service.close());
  const workspace = join(scratch.path, "workspace");
  await layOut(workspace, plan);
  await production.session.query(schema);
  const secrets: Record<string, string> = {
    ITHACA_DATABASE_URL: socketUrl(production.target),
    RESTIC_REPOSITORY: vault.repository,
    RESTIC_PASSWORD: vaultPassword,
    SLACK_WEBHOOK_URL: `${slack.url}/services/canary-hook`,
  };
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${github.url}/repos/${github.repository}${path}`, {
      headers: { authorization: `Bearer ${github.token}` },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  };
  const blobs = new Map<string, string>();
  const committed = async () => {
    const { tree } = treeSchema.parse(await ask("/git/trees/main?recursive=1"));
    const files = new Map<string, string>();
    for (const { path, type, sha } of tree) {
      if (type !== "blob") continue;
      let text = blobs.get(sha);
      if (text === undefined) {
        const { content } = blobSchema.parse(await ask(`/git/blobs/${sha}`));
        text = Buffer.from(content, "base64").toString("utf8");
        blobs.set(sha, text);
      }
      files.set(path, text);
    }
    return files;
  };
  // Every job begins with what is committed, and with nothing that a job before it has left.
  const checkOutOf = async (path: string | undefined, asOf?: ReadonlyMap<string, string>) => {
    const root = join(workspace, path ?? ".");
    const left = path === undefined ? ["reports", ".ithaca", "published"] : ["."];
    for (const one of left) await rm(join(root, one), { recursive: true, force: true });
    const files = (path === undefined ? asOf : undefined) ?? (await committed());
    for (const [file, text] of files) {
      if (!file.startsWith("reports/")) continue;
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
  };
  const warm = stack.use(warmProcess());
  let runs = 0;
  const executed = new Set<string>();
  const leftOut: World["leftOut"] = async (workflows) => {
    const missing: string[] = [];
    for (const workflow of workflows) {
      for (const [id, { steps }] of Object.entries((await readWorkflow(workflow)).jobs)) {
        const names = steps.map(({ name }) => `${workflow}: ${id}: ${name}`);
        missing.push(...names.filter((name) => !executed.has(name)));
      }
    }
    return missing;
  };
  const run: World["run"] = async (workflow, { payload, environment, asOf, ...rest } = {}) => {
    runs += 1;
    const jobs = await runWorkflow({
      workflow,
      workspace,
      temporary: join(scratch.path, `run-${runs}`),
      event: "schedule",
      payload: {
        repository: { private: options.public !== true, full_name: github.repository, default_branch: "main" },
        ...payload,
      },
      warm,
      checkOut: (path) => checkOutOf(path, asOf),
      secrets,
      github: {
        token: github.token,
        api_url: github.url,
        server_url: "https://github.com",
        repository: github.repository,
        repository_owner: "acme",
        run_id: String(1000 + runs),
        run_attempt: "1",
        run_number: String(runs),
        actor: "ada",
        sha: "0".repeat(40),
        ref: "refs/heads/main",
        ref_name: "main",
      },
      environment: {
        PATH: process.env.PATH ?? "/usr/bin:/bin",
        HOME: scratch.path,
        ITHACA_SCRATCH: scratch.path,
        NODE_COMPILE_CACHE: join(scratch.path, "compiled"),
        ...environment,
      },
      startService: async () => ({ 5432: service.port }),
      ...rest,
    });
    for (const { id, steps } of jobs) {
      for (const { name, conclusion } of steps)
        if (conclusion !== "skipped") executed.add(`${workflow}: ${id}: ${name}`);
    }
    return {
      jobs,
      result: jobs.some(({ result }) => result === "failure") ? "failure" : "success",
      summary: jobs.map(({ summary }) => summary).join("\n"),
      log: jobs.flatMap(({ steps }) => steps.map((s) => `[${s.conclusion}] ${s.name}\n${s.log}`)).join("\n"),
    };
  };
  const held = stack.move();
  return {
    github,
    slack,
    production: production.session,
    secrets,
    vault: vault.repository,
    workspace,
    run,
    leftOut,
    committed,
    issues: async () => z.array(issueSchema).parse(await ask("/issues?state=all")),
    commits: async () =>
      z
        .array(z.object({ commit: z.object({ message: z.string() }) }))
        .parse(await ask("/commits?sha=main"))
        .map(({ commit }) => commit.message),
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}
