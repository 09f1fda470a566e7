import { curlConfig } from "./curlConfig";

/** Environment variables that the script reads. All that a user gives travels by these, never by the script's text. */
export const variables = {
  tcp: "INIT_POD_TCP",
  url: "INIT_POD_URL",
  status: "INIT_POD_STATUS",
  timeout: "INIT_POD_TIMEOUT_SECONDS",
  interval: "INIT_POD_INTERVAL_SECONDS",
} as const;

/** Exit code of a wait that has taken too long, as that of timeout(1). */
export const tooLate = 124;

/**
 * Waits until a port accepts connections, or an address answers with the wanted status. It needs curl ≥ 7.52 with telnet,
 * and a POSIX shell with date and sleep.
 *
 * - A port is tried by curl's telnet, which sends nothing by itself: whatever speaks another protocol there notes no bad
 *   request. It goes on until its time is over, so that is short at first, and longer where connecting takes longer.
 * - A try takes a few seconds at most, as the shell hears of SIGTERM only after it.
 * - What was seen is told when it is another than before, and every ten seconds. Of an address, not its query nor its
 *   user, which may be secret.
 */
export const waitForScript = `set -u
${curlConfig}
if [ -n "\${INIT_POD_TCP-}" ]; then
  what="tcp $INIT_POD_TCP"
  config=$(setting url "telnet://$INIT_POD_TCP")
  limit=0.3 format=connections:%{num_connects}
else
  one_line 'the url' "$INIT_POD_URL"
  shown=\${INIT_POD_URL%%[?#]*}
  host=\${shown#*//}
  case \${host%%/*} in
    *@*) shown=\${shown%%//*}//\${host#*@} ;;
  esac
  what="http $shown"
  with_headers "$(setting url "$INIT_POD_URL")"
  with_connection "$config"
  limit=8 format=%{http_code}
fi

# try: sets seen; succeeds once all is well
try() {
  answer=$({ printf '%s\\n' "$config" | {
    exec 3<&0
    curl -q --config /dev/fd/3 --silent --show-error --globoff --proto '=http,https,telnet' \\
      --connect-timeout 5 --max-time "$limit" --output /dev/null --write-out "$format" </dev/null
  }; } 2>&1)
  code=$?
  if [ -n "\${INIT_POD_TCP-}" ]; then
    case $answer in *connections:1*) seen='it accepts connections' && return 0 ;; esac
    answer=\${answer#connections:0}
    if [ "$code" -eq 28 ]; then
      case $limit in 0.3) limit=1 ;; 1) limit=3 ;; *) limit=8 ;; esac
    fi
  elif [ "$code" -eq 0 ]; then
    seen="HTTP $answer"
    case $INIT_POD_STATUS in
      "$answer") return 0 ;;
      2xx) case $answer in 2??) return 0 ;; esac ;;
    esac
    return 1
  else
    answer=\${answer#000}
  fi
  answer=\${answer#curl: (*) }
  # How long it took is another number each time.
  case $answer in *' after '*' ms'*) answer=\${answer%% after *}\${answer#* ms} ;; esac
  seen=\${answer%%"$line_break"*}
  [ -n "$seen" ] || seen="curl ended with $code"
  return 1
}

nap=
trap 'kill $nap 2>/dev/null; exit 143' TERM
start=$(date +%s)
told= told_at=0
while :; do
  if try; then
    printf '%s: %s, after %s s\\n' "$what" "$seen" "$(($(date +%s) - start))"
    exit 0
  fi
  waited=$(($(date +%s) - start))
  if [ "$waited" -ge "$INIT_POD_TIMEOUT_SECONDS" ]; then
    printf 'gave up waiting for %s after %s s, last seen: %s\\n' "$what" "$waited" "$seen" >&2
    exit ${tooLate}
  fi
  if [ "$seen" != "$told" ] || [ "$((waited - told_at))" -ge 10 ]; then
    printf 'waiting for %s: %s (%s of %s s)\\n' "$what" "$seen" "$waited" "$INIT_POD_TIMEOUT_SECONDS"
    told=$seen told_at=$waited
  fi
  sleep "$INIT_POD_INTERVAL_SECONDS" &
  nap=$!
  wait "$nap"
done
`;
