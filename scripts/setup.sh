#!/usr/bin/env bash
# Finds PostgreSQL (server, client, contrib) and restic on this machine, and installs what is missing through the
# system's packages. Says nothing, and asks nobody, where everything is there. Exit code 3: something is missing that
# this script may not install; it says exactly what.
#
# Arguments name programs that are wanted besides, each in a package of its own name: `setup.sh pgbackrest`.
#
# ITHACA_SETUP_ROOT puts another directory in front of every absolute path: the tests bring a machine of their own.
set -euo pipefail

root=${ITHACA_SETUP_ROOT:-}
folders=()
packages=()
wanted=()

# Where packagers put PostgreSQL's programs; the library looks in the same places (src/postgres/binaries.ts).
program_folders() {
  local IFS=:
  # shellcheck disable=SC2086
  printf '%s\n' $PATH
  local folder
  for folder in "$root"/usr/lib/postgresql/*/bin "$root"/usr/pgsql-*/bin "$root"/usr/libexec/postgresql* \
    "$root"/usr/local/pgsql/bin "$root"/opt/homebrew/opt/postgresql*/bin "$root"/usr/local/opt/postgresql*/bin \
    "$root"/Applications/Postgres.app/Contents/Versions/*/bin; do
    if [ -d "$folder" ]; then printf '%s\n' "$folder"; fi
  done
}

# has_program NAME: one of that name can be run.
has_program() {
  local folder
  for folder in "${folders[@]}"; do
    if [ -x "$folder/$1" ]; then return 0; fi
  done
  return 1
}

# has_contrib: the extensions that most databases use lie beside some server.
has_contrib() {
  local folder file
  for folder in "$root"/usr/share/postgresql/*/extension "$root"/usr/pgsql-*/share/extension \
    "$root"/usr/share/postgresql*/extension "$root"/usr/local/pgsql/share/extension \
    "$root"/opt/homebrew/share/postgresql*/extension "$root"/opt/homebrew/opt/postgresql*/share/postgresql*/extension \
    "$root"/usr/local/share/postgresql*/extension "$root"/Applications/Postgres.app/Contents/Versions/*/share/postgresql/extension; do
    file=$folder/pgcrypto.control
    if [ -e "$file" ]; then return 0; fi
  done
  return 1
}

# missing_packages: Debian's names of what is not there, one a line.
missing_packages() {
  if ! has_program initdb || ! has_program postgres || ! has_contrib; then echo postgresql postgresql-contrib | tr ' ' '\n'; fi
  local tool
  for tool in pg_dump pg_restore pg_dumpall psql pg_amcheck; do
    if ! has_program "$tool"; then
      echo postgresql-client
      break
    fi
  done
  for tool in restic ${wanted[@]+"${wanted[@]}"}; do
    if ! has_program "$tool"; then echo "$tool"; fi
  done
}

# as_root COMMAND...: runs it as root, without ever asking for a password.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_become_root() {
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

# Debian's package makes and starts a cluster of its own for every server that is installed. We need none; but a
# machine whose administrator has already decided about it, or that has clusters, keeps its ways.
keep_main_cluster_away() {
  local directory=$root/etc/postgresql-common
  if [ -e "$directory/createcluster.conf" ]; then
    if grep -Eq '^[[:space:]]*create_main_cluster' "$directory/createcluster.conf"; then return 0; fi
    if compgen -G "$root/etc/postgresql/*/*" >/dev/null; then return 0; fi
  fi
  as_root mkdir -p "$directory"
  # The package keeps this file as it finds it: UCF_FORCE_CONFFOLD below says so.
  echo "create_main_cluster = false" | as_root tee -a "$directory/createcluster.conf" >/dev/null
}

# install_packages PACKAGE...: quietly; the package lists are fetched only where apt does not know a package yet.
install_packages() {
  local options=(-qq -y --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold)
  if ! apt-cache show "$@" >/dev/null 2>&1; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null
  fi
  as_root env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get install "${options[@]}" "$@" >/dev/null
}

# hint PACKAGE...: what a person has to do where this script may not.
hint() {
  if command -v brew >/dev/null; then
    echo "Missing: $*. Install with: brew install postgresql@17 restic${wanted[*]+ ${wanted[*]}}" >&2
  elif command -v apt-get >/dev/null; then
    echo "Missing: $*. Install as root with: apt-get update && apt-get install -y --no-install-recommends $*" >&2
  else
    echo "Missing: PostgreSQL 15 or newer (server with contrib, and client) and restic: install them with your system's packages, and put their folders on the PATH." >&2
  fi
  exit 3
}

# look: fills `folders` and `packages`. macOS brings bash 3.2, which has no mapfile.
look() {
  local line
  folders=()
  packages=()
  while IFS= read -r line; do folders+=("$line"); done < <(program_folders)
  while IFS= read -r line; do packages+=("$line"); done < <(missing_packages)
}

main() {
  wanted=("$@")
  look
  if [ "${#packages[@]}" = 0 ]; then return 0; fi
  if ! command -v apt-get >/dev/null || ! may_become_root; then hint "${packages[@]}"; fi
  echo "Installing ${packages[*]} ..." >&2
  case " ${packages[*]} " in *" postgresql "*) keep_main_cluster_away ;; esac
  if ! install_packages "${packages[@]}"; then hint "${packages[@]}"; fi
  look
  if [ "${#packages[@]}" != 0 ]; then hint "${packages[@]}"; fi
}

# Sourced by a test it only brings its functions.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then main "$@"; fi
