#!/usr/bin/env bash
# Installs restic and PostgreSQL's client of the major version ITHACA_MAJOR (with ITHACA_SERVER=true the server too, with
# ITHACA_PGBACKREST=true pgBackRest), and puts that version first on the PATH of the following steps. GitHub's images bring one version, hardly ever the
# right one, and pg_dump refuses a server that is newer than itself; the others come from PostgreSQL's own packages,
# which postgresql-common's script makes known to apt.
set -euo pipefail

# The functions that find and install, as every other machine uses them.
# shellcheck source=../../scripts/setup.sh
source "$GITHUB_ACTION_PATH/../../scripts/setup.sh"

major=${ITHACA_MAJOR:?}
bin=$root/usr/lib/postgresql/$major/bin

# wanted: Debian's names of what this job needs and does not have, one a line.
wanted() {
  if [ ! -x "$bin/pg_dump" ] || [ ! -x "$bin/pg_amcheck" ]; then echo "postgresql-client-$major"; fi
  if [ "${ITHACA_SERVER:-false}" = true ] && [ ! -x "$bin/postgres" ]; then echo "postgresql-$major"; fi
  if [ "${ITHACA_PGBACKREST:-false}" = true ] && ! command -v pgbackrest >/dev/null; then echo pgbackrest; fi
  if ! command -v restic >/dev/null; then echo restic; fi
}

add_postgresql_packages() {
  local script=$root/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh
  if [ ! -e "$script" ]; then install_packages postgresql-common || return; fi
  as_root env DEBIAN_FRONTEND=noninteractive bash "$script" -y >/dev/null
}

install_wanted() {
  case " ${packages[*]} " in
  *" postgresql-"*)
    keep_main_cluster_away || return
    add_postgresql_packages || return
    ;;
  esac
  install_packages "${packages[@]}"
}

# A night's backup does not fall out because a mirror is away for a moment, or because the lists that the image brings name
# versions that are gone from there by now.
install_patiently() {
  local attempt
  for attempt in 1 2 3; do
    if install_wanted; then return 0; fi
    echo "apt could not install ${packages[*]} (attempt $attempt of 3)"
    if [ "$attempt" = 3 ]; then return 1; fi
    sleep $((attempt * 10))
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null || true
  done
}

# GitHub's own machines refuse namespaces to ordinary users (AppArmor), and with them all that keeps restored code from the
# network, and the team's tests from this job's processes and from sudo. Such a machine is thrown away after its job; on
# nobody else's is anything changed, and where it fails the reports say what was not kept apart.
permit_namespaces() {
  local setting=kernel.apparmor_restrict_unprivileged_userns
  local now=$root/proc/sys/${setting//.//}
  if [ "${RUNNER_ENVIRONMENT:-}" != github-hosted ] || [ "$(cat "$now" 2>/dev/null)" != 1 ]; then return 0; fi
  if may_become_root; then as_root sysctl --quiet --write "$setting=0" || true; fi
}

permit_namespaces
mapfile -t packages < <(wanted)
if [ "${#packages[@]}" != 0 ]; then
  if ! command -v apt-get >/dev/null || ! may_become_root; then
    echo "::error::This runner lacks ${packages[*]}, and Ithaca may not install them: do it in the runner's image."
    exit 3
  fi
  echo "Installing ${packages[*]}"
  if ! install_patiently; then
    echo "::error::${packages[*]} could not be installed; the lines above say why. Run the job again when the package mirrors are back."
    exit 3
  fi
fi
echo "$bin" >>"$GITHUB_PATH"
"$bin/pg_dump" --version
restic version
