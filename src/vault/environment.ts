import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../base/errors.ts";
import { redact, registerSecret } from "../base/redact.ts";
import { vaultErrors } from "./errors.ts";

/** Where the vault is and how restic gets in. Secrets are in `environment` only, never in an argument. */
export interface ResticSettings {
  /** Fit to be shown. */
  readonly repository: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Global options of every call. */
  readonly options: readonly string[];
}

/** restic's own variables and those of its backends, by the prefixes of its manual ("Environment Variables"). */
const prefixes = ["RESTIC_", "AWS_", "B2_", "AZURE_", "GOOGLE_", "OS_", "ST_", "RCLONE_"];

/** How tools find their configuration, a proxy, their certificates and the ssh agent (sftp, rclone, cloud profiles). */
const companions = new Set(
  "HOME XDG_CONFIG_HOME TMPDIR SSH_AUTH_SOCK SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy".split(
    " ",
  ),
);

/** Newer versions let RESTIC_HOST filter every listing, and progress and a second repository are not for others to set. */
const refused = /^RESTIC_(HOST|PROGRESS_FPS|FROM_.*)$/;

/** Values of these names may be secret. Paths and ids that only point to one stay legible. */
const secretName = /(KEY|SECRET|TOKEN|PASSWORD|PASS|CREDENTIAL|_SAS$)/;
const notSecretName = /(_FILE|_CREDENTIALS|_COMMAND|_KEY_HINT)$/;

/** restic runs inside the backup directory, so paths must not depend on where we were called. */
const pathNames = [
  "RESTIC_REPOSITORY_FILE",
  "RESTIC_PASSWORD_FILE",
  "RESTIC_CACHE_DIR",
  "RESTIC_CACERT",
  "RESTIC_TLS_CLIENT_CERT",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_CONFIG_FILE",
  "RCLONE_CONFIG",
];

const remote = /^(sftp|rest|s3|b2|azure|gs|swift|rclone):/;

function allowed(environment: NodeJS.ProcessEnv): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || value === "" || refused.test(name)) continue;
    if (!companions.has(name) && !prefixes.some((prefix) => name.startsWith(prefix))) continue;
    own[name] = pathNames.includes(name) ? resolve(value) : value;
    if (secretName.test(name) && !notSecretName.test(name)) registerSecret(value);
  }
  return own;
}

/**
 * A password inside the URL of a REST server, in the form in which it is typed and the one in which it may be quoted.
 * Where `/`, `?` or `#` was typed as it is, restic's URL ends there, and restic quotes what stands before as a port.
 */
function registerPasswordOf(repository: string): void {
  const plain = /^[a-z0-9]+:(?:https?:\/\/)?[^/@]*?:([^/]*)@/.exec(repository)?.[1];
  const password = plain ?? /https?:\/\/[^/@:?#]*:(.+)@/i.exec(repository)?.[1];
  if (password === undefined) return;
  registerSecret(password);
  // Behind a real port stands a path, whose words are no secrets.
  if (!/^\d+([/?#]|$)/.test(password)) for (const piece of password.split(/[/?#]/)) registerSecret(piece);
  try {
    registerSecret(decodeURIComponent(password));
  } catch {
    // Not URL-encoded after all: the form as typed is registered.
  }
}

function repositoryOf(own: Readonly<Record<string, string>>): string | undefined {
  const file = own.RESTIC_REPOSITORY_FILE;
  if (own.RESTIC_REPOSITORY !== undefined || file === undefined) return own.RESTIC_REPOSITORY;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw vaultErrors.unreadable_setting({ name: "RESTIC_REPOSITORY_FILE", why: messageOf(error) });
  }
}

/** A folder is named absolutely: `save` runs restic elsewhere. What has a scheme, known or not, is restic's to judge. */
function absolute(repository: string): string {
  if (remote.test(repository)) return repository;
  if (repository.startsWith("local:")) return `local:${resolve(repository.slice("local:".length))}`;
  return /^[a-z0-9]+:/.test(repository) ? repository : resolve(repository);
}

/**
 * Reads restic's variables from an environment and registers the secrets among them for redaction.
 *
 * No cache unless RESTIC_CACHE_DIR asks for one: measured with restic 0.14, an operation of ours makes one to four
 * calls, each of which reads the small index once, so that a cache costs writes and saves nothing.
 *
 * @throws not_configured naming what is missing
 */
export function resticSettings(environment: NodeJS.ProcessEnv): ResticSettings {
  const own = allowed(environment);
  const repository = repositoryOf(own);
  const missing = [
    ...(repository === undefined || repository === "" ? ["RESTIC_REPOSITORY"] : []),
    ...((own.RESTIC_PASSWORD ?? own.RESTIC_PASSWORD_FILE ?? own.RESTIC_PASSWORD_COMMAND) === undefined
      ? ["RESTIC_PASSWORD"]
      : []),
  ];
  if (repository === undefined || missing.length > 0) throw vaultErrors.not_configured({ missing });
  registerPasswordOf(repository);
  const { RESTIC_REPOSITORY_FILE: _file, ...rest } = own;
  const place = absolute(repository);
  return {
    repository: redact(place),
    // Once a second is enough for people, and keeps the stream of status lines short.
    environment: { ...rest, RESTIC_REPOSITORY: place, RESTIC_PROGRESS_FPS: "1" },
    options: [
      "--json",
      ...(own.RESTIC_CACHE_DIR === undefined ? ["--no-cache"] : []),
      // Only newer versions read these two variables themselves.
      ...(own.RESTIC_CACERT === undefined ? [] : ["--cacert", own.RESTIC_CACERT]),
      ...(own.RESTIC_TLS_CLIENT_CERT === undefined ? [] : ["--tls-client-cert", own.RESTIC_TLS_CLIENT_CERT]),
    ],
  };
}
