#!/usr/bin/env bash
# The files that undo a recovery of a table hold rows, and a runner forgets everything. What is put beside them here may
# be kept as an artifact: nobody opens it without the vault's password.
set -euo pipefail

shopt -s nullglob
files=(.ithaca/undo/*)
if [ "${#files[@]}" = 0 ] || [ -z "${RESTIC_PASSWORD:-}" ]; then exit 0; fi
mkdir -p .ithaca/undo-encrypted
for file in "${files[@]}"; do
  openssl enc -aes-256-cbc -pbkdf2 -iter 600000 -salt -pass env:RESTIC_PASSWORD \
    -in "$file" -out ".ithaca/undo-encrypted/$(basename "$file").enc"
done
