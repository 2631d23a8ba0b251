import { spellAmount } from "../../base/spell.ts";
import { openVault } from "../../vault/vault.ts";
import { type Concern, type Examination, type Patient, subjectOf, variable } from "./types.ts";
import { lockConcern } from "./vault-lock.ts";

/* The vault, and what its credential may do. */

async function contents({ context }: Patient): Promise<string> {
  const vault = openVault({ ...context.environment });
  const { entries } = await vault.list(undefined, { signal: context.signal });
  return `${vault.repository}, ${spellAmount(entries.length, "backup")}`;
}

/** Tries what can be tried without leaving anything: to write a lock and to remove it. */
async function rights({ context }: Patient): Promise<string | Concern> {
  const vault = openVault({ ...context.environment });
  const { add, removeLocks } = await vault.rights({ signal: context.signal });
  if (!add) {
    return {
      message: "it may read, and not add: enough for a proof, not for a backup",
      mend: "give the nightly credential the rights of docs/vault.md",
    };
  }
  if (!removeLocks) {
    return {
      message: "it may read and add, but leaves its locks behind",
      mend: "let it delete under locks/, as docs/vault.md says",
    };
  }
  return "it may read, add, and remove its locks; trying whether it may delete would delete";
}

/** The newest backup against the recovery point objective. */
async function newest(patient: Patient): Promise<string | Concern> {
  const { context } = patient;
  const { name, plan } = subjectOf(patient);
  const { entries } = await openVault({ ...context.environment }).list(name, { signal: context.signal });
  const [latest] = entries.map(({ taken_at }) => taken_at).sort((a, b) => Date.parse(b) - Date.parse(a));
  const mend = "take one: npm run ithaca -- backup";
  if (latest === undefined) return { message: `there is no backup of ${name} yet`, mend };
  const age = (context.clock.now().getTime() - Date.parse(latest)) / 1000;
  const told = `taken ${(age / 3600).toFixed(1)} hours ago`;
  return age > plan.objectives.rpo ? { message: `${told}, which is longer than the plan allows`, mend } : told;
}

const lock = ({ context }: Patient) => lockConcern(openVault({ ...context.environment }).repository);

/** The examinations of the vault. Without one that can be opened, one red line is enough. */
export function ofVault(patient: Patient): Examination[] {
  const isConfigured = variable(patient, "RESTIC_REPOSITORY") ?? variable(patient, "RESTIC_REPOSITORY_FILE");
  const opened = contents(patient);
  const ifOpen = async <T>(look: () => Promise<T>) => ((await opened.catch(() => null)) === null ? null : look());
  return [
    { id: "vault", title: "The vault", look: () => opened },
    ...(isConfigured === null
      ? []
      : [
          { id: "vault.rights", title: "The vault's credential", look: () => ifOpen(() => rights(patient)) },
          { id: "vault.lock", title: "Deletions from the vault", look: () => ifOpen(async () => lock(patient)) },
          { id: "vault.newest", title: "The newest backup", look: () => ifOpen(() => newest(patient)) },
        ]),
  ];
}
