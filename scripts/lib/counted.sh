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

# The instructions of one piece of work, in millions. Nothing when it takes more than ten minutes: an older tree may.
instructions() {
  timeout "${REQUEUE_PATIENCE:-600}" valgrind --tool=callgrind --toggle-collect='*counted_part*' --callgrind-out-file=/dev/null "$@" 2>&1 |
    awk '/Collected/ && $NF > 0 { printf "%.1f", $NF / 1e6 }' || true
}

# A table of every piece of work: alone, or beside what another program takes for the same.
print_counted() {
  local ours=$1 theirs=${2:-} name here there
  for name in $("$ours"); do
    here=$(instructions "$ours" "$name")
    if [ -z "$theirs" ]; then
      printf '%-16s %10s M instructions\n' "$name" "${here:-too many}"
    else
      there=$(instructions "$theirs" "$name")
      awk -v name="$name" -v here="${here:-0}" -v there="${there:-0}" 'BEGIN {
        if (here > 0 && there > 0) printf "%-16s %10.1f M, before %10.1f M: %.3f\n", name, here, there, here / there
        else printf "%-16s %10s M, before %10s M\n", name, (here > 0 ? here : "too many"), (there > 0 ? there : "too many")
      }'
    fi
  done
}
