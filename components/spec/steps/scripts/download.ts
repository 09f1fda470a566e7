import { curlConfig } from "./curlConfig";

/** Environment variables that the script reads. All that a user gives travels by these, never by the script's text. */
export const variables = {
  url: "INIT_POD_URL",
  to: "INIT_POD_TO",
  mode: "INIT_POD_MODE",
  sha256: "INIT_POD_SHA256",
  attempts: "INIT_POD_ATTEMPTS",
  timeout: "INIT_POD_TIMEOUT_SECONDS",
  connectTimeout: "INIT_POD_CONNECT_TIMEOUT_SECONDS",
  redirects: "INIT_POD_REDIRECTS",
  body: "INIT_POD_BODY",
  token: "INIT_POD_TOKEN",
  isSecret: "INIT_POD_SECRET",
} as const;

/**
 * Fetches one file; a body makes it a POST, and what stands in the file INIT_POD_TOKEN is sent as a bearer. It needs curl ≥
 * 7.52 and a POSIX shell with mkdir, mv, rm, chmod and, for a checksum, sha256sum.
 *
 * - Address and headers go to curl by a config file on standard input.
 * - `--fail`: without it an error page is saved and the step succeeds.
 * - `--retry-connrefused`: plain `--retry` gives up when nothing listens yet.
 * - `-q` first: a .curlrc in the image must not change anything. `--globoff`: [] and {} in an address are literal.
 * - A redirect never leads from https to http.
 * - curl runs in the background because a shell with process id 1 ignores SIGTERM while it waits in the foreground, and
 *   deleting the Pod would take its whole grace period.
 * - The file appears at its path complete or not at all: it is renamed on the same volume.
 * - An init container may run again: a file that is there with the right checksum is kept.
 */
export const downloadScript = `set -eu
part=$INIT_POD_TO.part
${curlConfig}
checksum_fits() {
  sum=$(sha256sum <"$1")
  [ "\${sum%% *}" = "$INIT_POD_SHA256" ]
}

if [ -n "\${INIT_POD_SHA256-}" ] && [ -f "$INIT_POD_TO" ] && checksum_fits "$INIT_POD_TO"; then
  printf '%s is already there and its checksum fits\\n' "$INIT_POD_TO"
  exit 0
fi

one_line 'the url' "$INIT_POD_URL"
with_headers "$(setting url "$INIT_POD_URL")"
with_connection "$config"
if [ -n "\${INIT_POD_TOKEN-}" ]; then
  config=$config$line_break$(setting header "Authorization: Bearer $(cat "$INIT_POD_TOKEN")")
fi
if [ -n "\${INIT_POD_BODY-}" ]; then
  config=$config$line_break$(setting data-raw "$INIT_POD_BODY")
fi

case $INIT_POD_URL in
  [Hh][Tt][Tt][Pp][Ss]:*) redirect_to='=https' ;;
  *) redirect_to='=http,https' ;;
esac

mkdir -p "\${INIT_POD_TO%/*}"
# What may be a secret is not sent once more to wherever a redirect leads.
[ -z "\${INIT_POD_BODY-}" ] || INIT_POD_REDIRECTS=0

printf '%s\\n' "$config" | curl -q --config - --output "$part" \\
  --fail --silent --show-error --globoff --proto '=http,https' --proto-redir "$redirect_to" \\
  --location --max-redirs "$INIT_POD_REDIRECTS" \\
  --retry "$((INIT_POD_ATTEMPTS - 1))" --retry-connrefused \\
  --connect-timeout "$INIT_POD_CONNECT_TIMEOUT_SECONDS" --max-time "$INIT_POD_TIMEOUT_SECONDS" \\
  --write-out 'HTTP %{http_code}, %{size_download} bytes\\n' &
curl=$!
trap 'kill "$curl" 2>/dev/null; rm -f "$part"; exit 143' TERM
code=0
wait "$curl" || code=$?
if [ "$code" -ne 0 ]; then
  rm -f "$part"
  exit "$code"
fi

# curl makes no file for an empty answer.
[ -e "$part" ] || : >"$part"
if [ -n "\${INIT_POD_SECRET-}" ] && ! [ -s "$part" ]; then
  rm -f "$part"
  fail 'the answer is empty'
fi
if [ -n "\${INIT_POD_SHA256-}" ] && ! checksum_fits "$part"; then
  rm -f "$part"
  fail "the checksum does not fit: expected $INIT_POD_SHA256, got \${sum%% *}"
fi
chmod "$INIT_POD_MODE" "$part"
mv -f "$part" "$INIT_POD_TO"
printf 'saved %s\\n' "$INIT_POD_TO"
`;
