import { curlConfig } from "./curlConfig";
import { loopVariables, waitLoop } from "./waitLoop";

/** Environment variables that the script reads. All that a user gives travels by these, never by the script's text. */
export const variables = {
  tcp: "INIT_POD_TCP",
  url: "INIT_POD_URL",
  status: "INIT_POD_STATUS",
  ...loopVariables,
} as const;

/**
 * Waits until a port accepts connections, or an address answers with the wanted status. It needs curl ≥ 7.52 with telnet,
 * and a POSIX shell with date and sleep.
 *
 * - A port is tried by curl's telnet, which sends nothing by itself: whatever speaks another protocol there notes no bad
 *   request. It goes on until its time is over, so that is short at first, and longer where connecting takes longer.
 * - Of an address, its query and its user are not told, as they may be secret.
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
      --connect-timeout 5 --max-time "$bound" --output /dev/null --write-out "$format" </dev/null
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
  curl_said "$answer" "$code"
  return 1
}
${waitLoop}`;
