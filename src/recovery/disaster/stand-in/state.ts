import { randomBytes, randomUUID } from "node:crypto";

/** An API key as the stand-in keeps it. */
export interface StandInKey {
  readonly id: string;
  readonly type: "publishable" | "secret" | "legacy";
  readonly name: string;
  readonly api_key: string;
  readonly inserted_at: string;
}

/** A project as the stand-in keeps it. */
export interface StandInProject {
  readonly ref: string;
  readonly name: string;
  readonly organization_slug: string;
  readonly region: string;
  readonly created_at: string;
  keys: StandInKey[];
  legacy: boolean;
  signing: { readonly id: string; readonly algorithm: string; status: string; readonly created_at: string }[];
  /** Names of the functions' secrets, and when each was last set. */
  readonly secrets: Map<string, string>;
}

export const standInKey = (type: StandInKey["type"], name: string, at: string): StandInKey => ({
  id: randomUUID(),
  type,
  name,
  api_key: `sb_${type}_${randomBytes(18).toString("hex")}`,
  inserted_at: at,
});

const randomRef = () => [...randomBytes(20)].map((byte) => String.fromCharCode(97 + (byte % 26))).join("");

/** A project as it is when it has just been made. */
export function standInProject(
  parts: Pick<StandInProject, "name" | "organization_slug" | "region">,
  at: string,
): StandInProject {
  return {
    ref: randomRef(),
    ...parts,
    created_at: at,
    keys: [
      standInKey("legacy", "anon", at),
      standInKey("legacy", "service_role", at),
      standInKey("publishable", "default", at),
    ],
    legacy: true,
    signing: [{ id: randomUUID(), algorithm: "ES256", status: "in_use", created_at: at }],
    // Set long before anybody was attacked.
    secrets: new Map([["PAYMENTS_KEY", "2000-01-01T00:00:00.000Z"]]),
  };
}
