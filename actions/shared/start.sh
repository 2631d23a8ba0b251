#!/usr/bin/env bash
# Runs an action's main.ts on the Node that came with Ithaca's libraries. What Node compiles is kept beside them, so that
# the next action of the job has less to do before it starts. A signal reaches the action itself: nothing stands between.
set -euo pipefail

modules=$(cd "$GITHUB_ACTION_PATH/../.." && pwd)/node_modules
PATH=$modules/.bin:$PATH NODE_COMPILE_CACHE=$modules/.cache/compile exec node "$GITHUB_ACTION_PATH/main.ts"
