# Counts instructions with valgrind's callgrind: they are the same on every machine and under every load.
# shellcheck shell=bash

# The bench `counted` of a tree, built: prints its path.
counted_program() {
  (
    cd "$1"
    cargo bench --quiet --no-run --bench counted --message-format=json 2>/dev/null |
      sed -n 's/.*"executable":"\([^"]*counted-[^"]*\)".*/\1/p' | tail -n 1
  )
}

# The instructions of one piece of work, in millions.
instructions() {
  valgrind --tool=callgrind --toggle-collect='*counted_part*' --callgrind-out-file=/dev/null "$@" 2>&1 | awk '/Collected/ { printf "%.1f", $NF / 1e6 }'
}

# A table of every piece of work: alone, or beside what another program takes for the same.
print_counted() {
  local ours=$1 theirs=${2:-} name here there
  for name in $("$ours"); do
    here=$(instructions "$ours" "$name")
    if [ -z "$theirs" ]; then
      printf '%-16s %10s M instructions\n' "$name" "$here"
    else
      there=$(instructions "$theirs" "$name")
      awk -v name="$name" -v here="$here" -v there="$there" \
        'BEGIN { printf "%-16s %10.1f M, before %10.1f M: %.3f\n", name, here, there, here / there }'
    fi
  done
}
