import { setSecret } from "@actions/core";
import { defineErrors, entry } from "../../src/base/errors.ts";
import { registerSecret } from "../../src/base/redact.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variables that hold a secret, whoever named them: Ithaca's own, restic's, the clouds' and the messengers'. The names
 * of databases' secrets are the team's own and follow the last pattern.
 */
const secretNames =
  /^(ITHACA_.*_URL|RESTIC_PASSWORD|AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN)|B2_ACCOUNT_KEY|AZURE_ACCOUNT_(KEY|SAS)|OS_PASSWORD|ST_KEY|SUPABASE_ACCESS_TOKEN|SLACK_WEBHOOK_URL|SMTP_URL|HEARTBEAT_URL|GITHUB_TOKEN|.*_DATABASE_URL)$/;

/** The password within a URL, as it stands and decoded. Whoever uses the address says what is wrong with it. */
function passwordsIn(value: string): string[] {
  if (!URL.canParse(value)) return [];
  const { password } = new URL(value);
  if (password === "") return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    // A % that begins no percent-encoding: then it is meant as it stands.
    return [password];
  }
}

/** Hides every secret of the environment from the log, and from whatever is written. */
export function maskSecrets(environment: Environment): void {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || value === "" || !secretNames.test(name)) continue;
    maskSecret(value);
  }
}

/** Hides one secret and the password within it. Line by line, since the runner masks no line ends. */
export function maskSecret(value: string): void {
  for (const part of [...value.split(/\r?\n/), ...passwordsIn(value)]) {
    if (part.length < 6) continue;
    setSecret(part);
    registerSecret(part);
  }
}

const errors = defineErrors("action", {
  secrets_missing: entry({
    kind: "surroundings",
    says: (p: { names: readonly string[] }) =>
      `${p.names.join(", ")} ${p.names.length === 1 ? "is" : "are"} not set, so this run could do nothing`,
    mend: () =>
      "set them under Settings, Secrets and variables, Actions as docs/set-up.md shows (a fork has no secrets until " +
      "its owner sets them, and a pull request from a fork never gets any)",
    example: { names: ["ITHACA_DATABASE_URL", "RESTIC_PASSWORD"] },
  }),
});

/** The vault's variables; its password has three forms. */
export const vaultSecrets = ["RESTIC_REPOSITORY", "RESTIC_PASSWORD|RESTIC_PASSWORD_FILE|RESTIC_PASSWORD_COMMAND"];

/**
 * Makes sure, before anything runs, that what a run cannot do without is there: one message for all of it.
 *
 * @param needed names of variables; `A|B` where one of them is enough
 * @throws surroundings: names every one that is missing
 */
export function requireSecrets(environment: Environment, needed: readonly string[]): void {
  const missing = needed.filter((names) => names.split("|").every((name) => (environment[name] ?? "") === ""));
  if (missing.length > 0) throw errors.secrets_missing({ names: missing.map((names) => names.split("|")[0] ?? names) });
}
