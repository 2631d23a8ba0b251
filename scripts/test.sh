#!/usr/bin/env bash
# The rules of the house and the tests at the same time, because tests wait a good deal: a fifth of two cores is left over.
set -u
log=$(mktemp)
trap 'rm -f "$log"' EXIT
npm run --silent lint >"$log" 2>&1 &
npm run --silent test:unit
tests=$?
wait $!
rules=$?
cat "$log"
exit $((tests != 0 || rules != 0))
