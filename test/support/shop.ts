import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { startCluster } from "../../src/postgres/cluster.ts";
import { connect } from "../../src/postgres/connect.ts";
import { withDatabase } from "../../src/postgres/target.ts";
import type { Session, Target } from "../../src/postgres/types.ts";
import { socketUrl } from "./cli.ts";
import { placeRepository, vaultPassword } from "./vault.ts";

const fiveLines = `version: 1
databases:
  shop:
    platform: postgres
    critical_tables: [public.orders]
`;

/** A folder with a plan of five lines, a vault and a scratch place of its own, and the database of a small shop. */
export interface Shop extends AsyncDisposable {
  readonly folder: string;
  /** Where a command run with `env` makes its temporary directories, and nobody else does. */
  readonly scratch: string;
  readonly database: { readonly target: Target; readonly session: Session };
  readonly env: Readonly<Record<string, string>>;
}

async function createDatabase(server: Target, name: string): Promise<void> {
  await using admin = await connect(server, { readOnly: false });
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
}

/**
 * Sets up a shop: 1,000 orders with canary texts in them, and no backup yet.
 *
 * @param options.vault false where a test makes the vault itself
 */
export async function openShop(options: { vault?: boolean } = {}): Promise<Shop> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await scratchDirectory("shop"));
  // A server of its own: roles belong to a server, and those that other tests have left are none of the shop's.
  const server = stack.use(await startCluster());
  const target = withDatabase(server.target, "shop");
  await createDatabase(server.target, "shop");
  const session = stack.use(await connect(target, { readOnly: false }));
  await session.query(`
    CREATE TABLE public.orders (id int PRIMARY KEY, buyer text NOT NULL);
    INSERT INTO public.orders SELECT n, 'canary-row-' || n FROM generate_series(1, 1000) AS n;
  `);
  await writeFile(join(folder, "ithaca.yaml"), fiveLines);
  // A private cluster runs as another OS user, who must be able to pass through.
  const scratch = join(folder, "scratch");
  await mkdir(scratch, { mode: 0o777 });
  const vault = join(folder, "vault");
  if (options.vault !== false) await placeRepository(vault);
  const held = stack.move();
  return {
    folder,
    scratch,
    database: { target, session },
    env: {
      ITHACA_SCRATCH: scratch,
      ITHACA_DATABASE_URL: socketUrl(target),
      RESTIC_REPOSITORY: vault,
      RESTIC_PASSWORD: vaultPassword,
    },
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}
