#!/usr/bin/env bash
# What `npm link` puts on the PATH as `ithaca`: the command line, on the Node that came with it rather than the machine's.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
PATH=$here/../node_modules/.bin:$PATH exec node "$here/ithaca.ts" "$@"
