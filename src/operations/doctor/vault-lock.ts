import type { Concern } from "./types.ts";

/*
 * Whether what is in the vault can be deleted by whoever holds its credential. restic cannot ask that, and only a deletion
 * would try it: so the answer is never "yes", and the concern names the one command that asks the place itself.
 */

const notKnown = (what: string, mend: string): Concern => ({ message: `not known: ${what}`, mend });

/** `s3:https://host/bucket/path` or `s3:host/bucket`, as restic's manual writes it ("Amazon S3"). */
function ofBucket(rest: string): Concern {
  const [, scheme = "https://", host = "", bucket = "BUCKET"] = /^(https?:\/\/)?([^/]*)\/+([^/]+)/.exec(rest) ?? [];
  const endpoint = host.endsWith("amazonaws.com") ? "" : ` --endpoint-url ${scheme}${host}`;
  return notKnown(
    "restic cannot ask a bucket for its object lock",
    `ask with \`aws s3api get-object-lock-configuration --bucket ${bucket}${endpoint}\`; docs/vault.md says what to set`,
  );
}

/** The first part of `name:path`. */
const nameIn = (rest: string) => rest.split(/[:/]/).find((part) => part !== "") ?? "NAME";

/** What asks each kind of place, by restic's prefix of it. */
const places: Readonly<Record<string, (rest: string) => Concern>> = {
  s3: ofBucket,
  b2: (rest) =>
    notKnown("restic cannot ask a bucket for its file lock", `ask with \`b2 bucket get ${nameIn(rest)}\` (fileLock)`),
  gs: (rest) =>
    notKnown(
      "restic cannot ask a bucket for its retention",
      `ask with \`gcloud storage buckets describe gs://${nameIn(rest)}\` (retention_policy)`,
    ),
  azure: (rest) =>
    notKnown(
      "restic cannot ask a container for its immutability",
      `ask with \`az storage container immutability-policy show --container-name ${nameIn(rest)} --account-name NAME\``,
    ),
  rest: () =>
    notKnown(
      "a server of restic's does not say whether it is append-only",
      "start it with --append-only for the nightly credential, as docs/vault.md says",
    ),
};

/**
 * What can be said about deletions from a vault.
 *
 * @param repository in restic's form, fit to be shown
 */
export function lockConcern(repository: string): Concern {
  const [, scheme = "", rest = ""] = /^([a-z0-9]+):(.*)$/.exec(repository) ?? [];
  const ask = Object.hasOwn(places, scheme) ? places[scheme] : undefined;
  if (ask !== undefined) return ask(rest);
  return {
    message: "none: whoever may write here may also delete the backups",
    mend: "keep a second vault where an intruder cannot delete, as docs/vault.md says",
  };
}
