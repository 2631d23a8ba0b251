#!/usr/bin/env bash
# The files that undo a recovery of a table hold rows, and a runner forgets everything. What is put beside them here may
# be kept as an artifact: nobody opens it without the vault's password, which restic takes in three forms.
set -euo pipefail

shopt -s nullglob
files=(.ithaca/undo/*)
if [ "${#files[@]}" = 0 ]; then exit 0; fi
if [ -n "${RESTIC_PASSWORD:-}" ]; then
  password() { printf '%s\n' "$RESTIC_PASSWORD"; }
elif [ -n "${RESTIC_PASSWORD_FILE:-}" ]; then
  password() { cat -- "$RESTIC_PASSWORD_FILE"; }
elif [ -n "${RESTIC_PASSWORD_COMMAND:-}" ]; then
  password() { sh -c "$RESTIC_PASSWORD_COMMAND"; }
else
  echo "::warning::What undoes this recovery lies on this machine only, in .ithaca/undo: without the vault's password it cannot be kept elsewhere."
  exit 0
fi
mkdir -p .ithaca/undo-encrypted
for file in "${files[@]}"; do
  password | openssl enc -aes-256-cbc -pbkdf2 -iter 600000 -salt -pass stdin \
    -in "$file" -out ".ithaca/undo-encrypted/$(basename "$file").enc"
done
