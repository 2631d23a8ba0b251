import type { Session } from "../postgres/types.ts";
import type { Manifest } from "./manifest.ts";

export interface SourceFacts {
  readonly version: string;
  readonly bytes: number;
  readonly server: Manifest["server"];
}

export async function readSourceFacts(session: Session): Promise<SourceFacts> {
  const [row] = await session.query<{ version: string; bytes: number; server: Manifest["server"] }>(
    `SELECT current_setting('server_version') AS version, pg_database_size(current_database())::float8 AS bytes,
      (SELECT json_build_object('database', datname, 'encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype,
         'locale_provider', to_jsonb(d)->>'datlocprovider', 'icu_locale', coalesce(to_jsonb(d)->>'daticulocale', to_jsonb(d)->>'datlocale'))
       FROM pg_database d WHERE datname = current_database()) AS server`,
  );
  if (row === undefined) throw new Error("x");
  return row;
}
