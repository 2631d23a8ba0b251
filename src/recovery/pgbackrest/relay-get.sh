# PostgreSQL's restore_command in a throwaway copy. It has neither network nor secrets: it asks for a file by its name and
# waits until whoever started the server has brought it.
# $1: the folder of requests. $2: the folder of what was brought. $3: the file's name. $4: where PostgreSQL wants it.
: >"$1/$3" || exit 1
while :; do
  if [ -e "$2/$3.here" ]; then
    cp -- "$2/$3" "$4.part" && mv -- "$4.part" "$4" && exit
    # No room: to PostgreSQL any lower number would be the archive's end.
    exit 200
  fi
  # Not in the archive: the end of the log, or a timeline that never was.
  [ -e "$2/$3.none" ] && exit 1
  # Above 125 PostgreSQL gives the recovery up instead of taking this for the archive's end.
  [ -e "$2/$3.failed" ] && exit 200
  sleep 0.02
done
