#!/usr/bin/env bash
# Installs Ithaca's libraries beside it, without those for development and without running anybody's install scripts.
# Node 24 is one of them, so any npm will do. A mark that bears the lock file's hash says that they are whole.
set -euo pipefail

root=$(cd "$GITHUB_ACTION_PATH/../.." && pwd)
mark=$root/node_modules/.ithaca-$(sha256sum "$root/package-lock.json" | cut -c 1-32)
if [ -e "$mark" ]; then exit 0; fi
if ! command -v npm >/dev/null; then
  echo "::error::Ithaca needs npm on the runner to install its libraries; put actions/setup-node before this step."
  exit 3
fi
cd "$root"
for attempt in 1 2 3; do
  if npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error; then
    touch "$mark"
    exit 0
  fi
  echo "npm could not install the libraries (attempt $attempt of 3)"
  sleep $((attempt * 5))
done
echo "::error::Ithaca's libraries could not be installed; the lines above say why. Run the job again when the registry is back."
exit 3
