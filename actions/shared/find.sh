#!/usr/bin/env bash
# Where Ithaca lies on this runner, and whether its libraries are there already: an action that is used from another
# repository lies outside of the workspace, where the function hashFiles cannot look, and the cache takes no "..".
set -euo pipefail

root=$(cd "$GITHUB_ACTION_PATH/../.." && pwd)
key=$(sha256sum "$root/package-lock.json" | cut -c 1-32)
installed=false
if [ -e "$root/node_modules/.ithaca-$key" ]; then installed=true; fi
printf 'root=%s\nkey=%s\ninstalled=%s\n' "$root" "$key" "$installed" >>"$GITHUB_OUTPUT"
