import { randomBytes } from "node:crypto";
import type { StepResult } from "../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import { gatewayOf, proveKeys, trustedSigningKeys } from "../../recovery/disaster/key-proof.ts";
import type { ManagementApi } from "../../supabase/management/client.ts";
import {
  createApiKey,
  createStandbyKey,
  deleteApiKey,
  legacyKeysEnabled,
  listApiKeys,
  listSigningKeys,
  setLegacyKeys,
  setSigningKey,
} from "../../supabase/management/keys.ts";
import { done, waiting } from "./site.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const namesOf = (suffix: string) => ({ publishable: `app_${suffix}`, secret: `server_${suffix}` }) as const;

/**
 * New keys beside the old ones: nobody is shut out yet. The names tell later steps which ones are new. A signing key that
 * waits already may be the attacker's, who knows it and would be let in with it: it goes.
 */
export async function makeKeys(api: ManagementApi, ref: string, known: string | undefined): Promise<StepResult> {
  const suffix = known ?? randomBytes(4).toString("hex");
  const names = namesOf(suffix);
  const there = new Set((await listApiKeys(api, ref)).map(({ name }) => name));
  for (const type of ["publishable", "secret"] as const) {
    if (!there.has(names[type])) await createApiKey(api, ref, { type, name: names[type] });
  }
  const waits = (await listSigningKeys(api, ref)).filter(({ status }) => status === "standby");
  for (const { id } of waits) await setSigningKey(api, ref, id, "revoked");
  await createStandbyKey(api, ref, "ES256");
  const gone = waits.length === 0 ? "" : " One that waited already was revoked: nobody knows who had made it.";
  return done(`Made ${names.publishable} and ${names.secret}, and a signing key that waits.${gone}`, {
    key_suffix: suffix,
  });
}

/** The new keys, for the team's command that gives them to the application. */
export async function newKeys(api: ManagementApi, ref: string, suffix: string): Promise<Record<string, string>> {
  const names = namesOf(suffix);
  const values = new Map((await listApiKeys(api, ref, true)).map(({ name, api_key }) => [name, api_key ?? ""]));
  return {
    ITHACA_PUBLISHABLE_KEY: values.get(names.publishable) ?? "",
    ITHACA_SECRET_KEY: values.get(names.secret) ?? "",
  };
}

/** Takes the waiting signing key into use and revokes every other; gives the one in use and the revoked ones. */
async function switchSigningKeys(api: ManagementApi, ref: string): Promise<{ inUse: string; revoked: string[] }> {
  const signing = await listSigningKeys(api, ref);
  const standby = signing.find(({ status }) => status === "standby");
  if (standby !== undefined) await setSigningKey(api, ref, standby.id, "in_use");
  const inUse = standby?.id ?? signing.find(({ status }) => status === "in_use")?.id ?? "";
  const others = signing.filter(({ id }) => id !== inUse);
  for (const { id, status } of others) if (status !== "revoked") await setSigningKey(api, ref, id, "revoked");
  const left = (await listSigningKeys(api, ref)).filter(({ id, status }) => id !== inUse && status !== "revoked");
  if (left.length > 0) throw disasterErrors.key_left({ what: `${left.length} signing keys` });
  return { inUse, revoked: others.map(({ id }) => id) };
}

/**
 * Takes every key but the new ones away, and proves it where people are let in: the project's gateway refuses each old
 * key and accepts the new ones, and no longer trusts an old signing key. What could not be tried is for a person.
 *
 * @throws disaster.key_left
 */
export async function revokeKeys(
  api: ManagementApi,
  ref: string,
  suffix: string,
  {
    environment,
    signal,
    patience,
  }: {
    readonly environment: Environment;
    readonly signal: AbortSignal;
    /** Seconds that a gateway may take to hear of it. */
    readonly patience?: number;
  },
): Promise<StepResult> {
  const names: readonly string[] = Object.values(namesOf(suffix));
  // The values of the old keys are only told while they are there.
  const before = await listApiKeys(api, ref, true);
  const secretOf = ({ api_key }: (typeof before)[number]) => (api_key == null || api_key === "" ? [] : [api_key]);
  const keys = {
    fresh: before.filter(({ name }) => names.includes(name)).flatMap(secretOf),
    old: before.filter(({ name }) => !names.includes(name)).flatMap(secretOf),
  };
  const { inUse, revoked } = await switchSigningKeys(api, ref);
  await setLegacyKeys(api, ref, false);
  const old = async () =>
    (await listApiKeys(api, ref)).filter(({ type, name }) => type !== "legacy" && !names.includes(name));
  const text = "rotated after an attack";
  for (const { id } of await old()) if (id != null) await deleteApiKey(api, ref, id, { compromised: true, text });
  const left = (await old()).map(({ name }) => name);
  if (left.length > 0) throw disasterErrors.key_left({ what: left.join(", ") });
  if (await legacyKeysEnabled(api, ref)) throw disasterErrors.key_left({ what: "the legacy keys" });

  const gateway = gatewayOf(environment, ref);
  const answers = await proveKeys(gateway, keys, signal, patience);
  const trusted = await trustedSigningKeys(gateway, signal);
  if (answers.old.accepted > 0)
    throw disasterErrors.key_left({ what: `the gateway still accepts ${answers.old.accepted}` });
  if (answers.fresh.refused > 0) throw disasterErrors.new_key_refused({ refused: answers.fresh.refused });
  const stillTrusted = revoked.filter((id) => trusted?.includes(id));
  if (stillTrusted.length > 0) throw disasterErrors.key_left({ what: `${stillTrusted.length} signing keys` });
  const says = "The API lists no old key; legacy keys are off; every old signing key is revoked.";
  const untried = [
    ...(answers.fresh.accepted < names.length ? ["whether the gateway accepts the new keys"] : []),
    ...(keys.old.length === 0 || answers.old.unknown > 0 ? ["whether it refuses the old ones"] : []),
    ...(trusted === null || !trusted.includes(inUse) ? ["which signing keys it trusts"] : []),
  ];
  return untried.length > 0
    ? waiting(`${says} Inconclusive: ${untried.join(", ")} could not be tried from here; try it by hand.`)
    : done(
        `${says} The gateway refused ${answers.old.refused} old keys, accepted ${answers.fresh.accepted} new ones, and trusts the new signing key only.`,
      );
}
