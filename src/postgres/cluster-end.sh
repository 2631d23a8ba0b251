# Ends a throwaway cluster, in whatever state it is, and removes its directories. Run by its owner, and by the guard
# when the owner was killed. Exit code 0 means: looked again, and nothing is left.
# $1: the cluster's directory. $2: the directory of its socket, where that is another.

# Processes that are the cluster's: they work in its directory, or bear its mark in their environment. Both survive
# what an owner may have missed: an initdb that was just begun, a program that restored code has started.
pids() {
  {
    ls -ln /proc/[0-9]*/cwd | while read -r line; do
      case $line in *" -> $1/"* | *" -> $1" | *" -> $1 (deleted)")
        line=${line#*/proc/}
        echo "${line%%/*}"
        ;;
      esac
    done
    grep -lF "ITHACA_CLUSTER=$1" /proc/[0-9]*/environ | while read -r line; do
      line=${line#/proc/}
      echo "${line%%/*}"
    done
    [ -d /proc/self ] || postmaster "$1"
  } 2>/dev/null | sort -u
}

# The server's process while it runs; a single-user server of initdb writes a negative number.
postmaster() {
  read -r pid 2>/dev/null <"$1/data/postmaster.pid" && [ "$pid" -gt 1 ] && kill -0 "$pid" 2>/dev/null && echo "$pid"
}

# Whether there is something to wait for: a server until it has taken its lock file away, an initdb until it has ended.
busy() {
  if [ -n "$server" ]; then
    [ -e "$1/data/postmaster.pid" ] && kill -0 "$server" 2>/dev/null
  else
    [ -n "$(pids "$1")" ]
  fi
}

server=$(postmaster "$1")
if [ -n "$server" ]; then
  # An immediate shutdown: it ends its children and gives its shared memory back.
  kill -QUIT "$server" 2>/dev/null
else
  # shellcheck disable=SC2046
  kill -TERM $(pids "$1") 2>/dev/null
fi

round=0
while busy "$1" && [ "$round" -lt 100 ]; do
  round=$((round + 1))
  sleep 0.05
done

round=0
while [ "$round" -lt 50 ]; do
  left=$(pids "$1")
  # shellcheck disable=SC2086
  [ -z "$left" ] || kill -KILL $left 2>/dev/null
  rm -rf -- "$1" "${2:-$1}" 2>/dev/null
  [ -z "$left" ] && [ ! -e "$1" ] && [ ! -e "${2:-$1}" ] && exit 0
  round=$((round + 1))
  sleep 0.1
done
exit 1
