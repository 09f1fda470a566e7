import { waitForExits } from "../../../contract";

/** Environment variables that every waiting script reads. */
export const loopVariables = {
  timeout: "INIT_POD_TIMEOUT_SECONDS",
  interval: "INIT_POD_INTERVAL_SECONDS",
} as const;

/**
 * The part of a waiting script that tries again and again. Before it, `what` says what is awaited, `limit` how many seconds a
 * try may take, which `try` reads from `bound`, and `try` is a function that sets `seen`, succeeds once all is well, and sets
 * `final` to an exit code where nothing can come of it any more.
 *
 * - A try takes a few seconds at most, as the shell hears of SIGTERM only after it, and no longer than what is left.
 * - What was seen is told when it is another than before, and every ten seconds.
 */
export const waitLoop = `
# curl_said ANSWER CODE: sets seen
curl_said() {
  seen=$1
  case $1 in *'curl: ('*) seen=\${1##*curl: (} seen=\${seen#*) } ;; esac
  # How long it took is another number each time.
  case $seen in *' after '*' ms'*) seen=\${seen%% after *}\${seen#* ms} ;; esac
  seen=\${seen%%"$line_break"*}
  [ -n "$seen" ] || seen="curl ended with $2"
}

# no_longer_than LEFT WANTED: the smaller of a whole number of seconds and one that may have a fraction
no_longer_than() {
  if [ "\${2%%.*}" -ge "$1" ] 2>/dev/null; then printf '%s' "$1"; else printf '%s' "$2"; fi
}

# sets waited and left
look_at_clock() {
  waited=$(($(date +%s) - start))
  left=$((INIT_POD_TIMEOUT_SECONDS - waited))
  # The last try has a second.
  [ "$left" -ge 1 ] || left=1
}

nap=
trap 'kill $nap 2>/dev/null; exit 143' TERM
start=$(date +%s)
told= told_at=0 final=
while :; do
  look_at_clock
  bound=$(no_longer_than "$left" "$limit")
  if try; then
    printf '%s: %s, after %s s\\n' "$what" "$seen" "$(($(date +%s) - start))"
    exit 0
  fi
  look_at_clock
  if [ -n "$final" ]; then
    printf 'no longer waiting for %s after %s s: %s\\n' "$what" "$waited" "$seen" >&2
    exit "$final"
  fi
  if [ "$waited" -ge "$INIT_POD_TIMEOUT_SECONDS" ]; then
    printf 'gave up waiting for %s after %s s, last seen: %s\\n' "$what" "$waited" "$seen" >&2
    exit ${waitForExits.tooLate}
  fi
  if [ "$seen" != "$told" ] || [ "$((waited - told_at))" -ge 10 ]; then
    printf 'waiting for %s: %s (%s of %s s)\\n' "$what" "$seen" "$waited" "$INIT_POD_TIMEOUT_SECONDS"
    told=$seen told_at=$waited
  fi
  sleep "$(no_longer_than "$left" "$INIT_POD_INTERVAL_SECONDS")" &
  nap=$!
  wait "$nap"
done
`;
