/** Environment variables that the script reads. All that a user gives travels by these, never by the script's text. */
export const variables = {
  repo: "INIT_POD_REPO",
  to: "INIT_POD_TO",
  ref: "INIT_POD_REF",
  commit: "INIT_POD_COMMIT",
  depth: "INIT_POD_DEPTH",
  folder: "INIT_POD_FOLDER",
  submodules: "INIT_POD_SUBMODULES",
  keepGit: "INIT_POD_KEEP_GIT",
  username: "INIT_POD_USERNAME",
  token: "INIT_POD_TOKEN",
  sshKeyFile: "INIT_POD_SSH_KEY_FILE",
  knownHosts: "INIT_POD_KNOWN_HOSTS",
  attempts: "INIT_POD_ATTEMPTS",
  timeout: "INIT_POD_TIMEOUT_SECONDS",
} as const;

/**
 * Exit codes of its own: that of timeout(1), and those that sysexits.h has for the like. What git says decides, in the C locale.
 * Source: https://man7.org/linux/man-pages/man3/sysexits.h.3head.html
 */
export const exits = { absent: 66, unreachable: 69, unknownHost: 76, refused: 77, noKey: 78, tooLate: 124 } as const;

/**
 * Fetches one commit of a git repository. It needs git ≥ 2.29, a POSIX shell with setsid, mktemp and find, and for SSH
 * OpenSSH ≥ 7.3.
 *
 * - git reads no settings but those in a file that the script makes: nothing that the image or an earlier run has left, and it
 *   does not ask whose the folders are.
 * - The token is given by a credential helper for the repository's own host alone, which reads it from the environment: git
 *   asks it for no other host, whether a redirect or a submodule leads there. From https nothing leads to http.
 * - The SSH key goes to an agent by a pipe: what OpenSSH asks of a key file's owner and mode, one in a volume can't have for
 *   every user.
 * - Each command of git is a process group of its own, so that its helpers end with it, and runs in the background, as a
 *   shell hears of a signal only while it waits: SIGTERM, or that of its timer.
 * - The folder appears complete or not at all: it is filled beside its place and renamed on the same volume.
 */
export const gitCloneScript = `set -u
umask 022
export LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1 GIT_LITERAL_PATHSPECS=1 GIT_SSH_VARIANT=ssh SSH_ASKPASS_REQUIRE=never
unset GIT_DIR GIT_WORK_TREE GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS GIT_ASKPASS SSH_ASKPASS SSH_AUTH_SOCK XDG_CONFIG_HOME
line_break='
'
carriage_return=$(printf '\\r')
to=$INIT_POD_TO
: "\${INIT_POD_COMMIT=}" "\${INIT_POD_FOLDER=}"
work=\${to%/*}/.\${to##*/}.init-pod
tree=$work/tree
wanted=\${INIT_POD_COMMIT:-\${INIT_POD_REF:-HEAD}}
private= child= timer= agent=

clean() {
  trap '' TERM USR1
  for group in $child $timer; do
    # One that has just begun may still be in the shell's own group.
    kill -s KILL -- "-$group" 2>/dev/null || kill -s KILL "$group" 2>/dev/null
  done
  [ -z "$agent" ] || kill "$agent" 2>/dev/null
  wait
  rm -rf "$work" \${private:+"$private"}
}
trap clean EXIT
trap 'exit 143' TERM

# fail CODE MESSAGE
fail() {
  printf '%s\\n' "$2" >&2
  exit "$1"
}

late() {
  fail ${exits.tooLate} "gave up fetching $wanted of $INIT_POD_REPO after $INIT_POD_TIMEOUT_SECONDS s"
}
trap late USR1

# in_group COMMAND: its words are in the file $said
in_group() {
  setsid "$@" </dev/null >"$said" 2>&1 &
  child=$!
  wait "$child"
  set -- "$?"
  child=
  return "$1"
}

setsid sh -c 'sleep "$1" && kill -s USR1 "$2"' - "$INIT_POD_TIMEOUT_SECONDS" "$$" </dev/null >/dev/null 2>&1 &
timer=$!
private=$(mktemp -d) || exit 1
said=$private/said
export HOME="$private" GIT_CONFIG_GLOBAL="$private/.gitconfig"
mkdir -p "\${work%/*}" || exit 1

setting() {
  git config --file "$GIT_CONFIG_GLOBAL" "$1" "$2" || exit 1
}
setting safe.directory '*'
setting init.defaultBranch main
setting gc.auto 0

case $INIT_POD_REPO in
  https://*) export GIT_ALLOW_PROTOCOL=https ;;
  http://*) export GIT_ALLOW_PROTOCOL=http:https ;;
  *) export GIT_ALLOW_PROTOCOL=ssh:https ;;
esac

if [ -n "\${INIT_POD_TOKEN+given}" ]; then
  # Secrets made from a file often end in a line break that belongs to no value.
  INIT_POD_TOKEN=$(printf '%s' "$INIT_POD_TOKEN")
  INIT_POD_TOKEN=\${INIT_POD_TOKEN%"$carriage_return"}
  case $INIT_POD_TOKEN in
    '') fail ${exits.refused} 'the token is empty' ;;
    *"$line_break"* | *"$carriage_return"*) fail ${exits.refused} 'the token contains a line break' ;;
  esac
  address=\${INIT_POD_REPO#*://}
  setting "credential.\${INIT_POD_REPO%%://*}://\${address%%/*}.helper" \\
    '!answer() { [ "$1" != get ] || printf "username=%s\\npassword=%s\\n" "$INIT_POD_USERNAME" "$INIT_POD_TOKEN"; }; answer'
fi

if [ -n "\${INIT_POD_SSH_KEY_FILE-}" ]; then
  if ! ssh -F /dev/null -G host >/dev/null 2>"$said"; then
    case $(cat "$said") in
      *'o user exists for uid'*) ;;
      *) cat "$said" >&2 && fail ${exits.noKey} 'ssh can not be run' ;;
    esac
    fail ${exits.noKey} "OpenSSH needs an entry in /etc/passwd for the user it runs as, $(id -u): name that user in podSpec.securityContext.runAsUser, take an image that has the entry, or clone over https with a token"
  fi
  printf '%s\\n' "$INIT_POD_KNOWN_HOSTS" >"$private/known_hosts"
  eval "$(ssh-agent -s -a "$private/agent")" >/dev/null
  agent=\${SSH_AGENT_PID-}
  # A Secret often lacks the line break at the end, without which OpenSSH takes no key.
  if ! { tr -d '\\r' <"$INIT_POD_SSH_KEY_FILE" && echo; } 2>"$said" | ssh-add -q - 2>>"$said"; then
    cat "$said" >&2
    fail ${exits.noKey} 'the SSH key is none that OpenSSH can use: it must be a private key without a passphrase'
  fi
  options="-o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o GlobalKnownHostsFile=/dev/null"
  options="$options -o IdentityFile=none -o PreferredAuthentications=publickey -o ConnectTimeout=30 -o LogLevel=ERROR"
  export GIT_SSH_COMMAND="ssh -F /dev/null $options -o UserKnownHostsFile='$private/known_hosts' -o IdentityAgent='$private/agent'"
fi

format=sha1
[ "\${#INIT_POD_COMMIT}" -ne 64 ] || format=sha256
depth=
[ "$INIT_POD_DEPTH" -eq 0 ] || depth=--depth=$INIT_POD_DEPTH

fetch() {
  rm -rf "$work" && mkdir "$work" && git init -q --template= --object-format="$format" "$tree" &&
    git -C "$tree" remote add origin "$INIT_POD_REPO" || exit 1
  in_group git -C "$tree" fetch -q $depth --no-tags origin "$wanted" && return
  case $format$INIT_POD_COMMIT:$(cat "$said") in
    sha1:*'mismatched algorithms'*)
      format=sha256
      fetch
      ;;
    sha*:*'not our ref'* | sha*:*'unadvertised object'* | sha*:*'find remote ref'*)
      [ -n "$INIT_POD_COMMIT" ] || return
      printf 'the server gives no single commit: fetching all branches and tags\\n'
      in_group git -C "$tree" fetch -q --tags origin '+refs/heads/*:refs/remotes/origin/*'
      ;;
    *) return 1 ;;
  esac
}

checkout() {
  sha=$(git -C "$tree" rev-parse --verify -q "\${INIT_POD_COMMIT:-FETCH_HEAD}^{commit}") ||
    fail ${exits.absent} "no branch and no tag of the repository has a commit $wanted"
  [ -z "$INIT_POD_COMMIT" ] || [ "$sha" = "$INIT_POD_COMMIT" ] || fail ${exits.absent} "$wanted is no commit, but a tag"
  if [ -z "$INIT_POD_FOLDER" ]; then
    in_group git -C "$tree" checkout -q --detach "$sha"
    return
  fi
  [ "$(git -C "$tree" cat-file -t "$sha:$INIT_POD_FOLDER" 2>/dev/null)" = tree ] ||
    fail ${exits.absent} "commit $sha has no folder $INIT_POD_FOLDER"
  git -C "$tree" update-ref --no-deref HEAD "$sha" &&
    in_group git -C "$tree" checkout -q "$sha" -- "$INIT_POD_FOLDER"
}

submodules() {
  [ "$INIT_POD_SUBMODULES" = true ] || return 0
  in_group git -C "$tree" submodule -q update --init --recursive $depth -- "\${INIT_POD_FOLDER:-.}" && return
  case $depth$(cat "$said") in
    --*'not our ref'* | --*'unadvertised object'*) ;;
    *) return 1 ;;
  esac
  printf 'a server gives no single commit of a submodule: fetching all of its branches\\n'
  git -C "$tree" submodule -q deinit -f --all && rm -rf "$tree/.git/modules"
  in_group git -C "$tree" submodule -q update --init --recursive -- "\${INIT_POD_FOLDER:-.}"
}

# reason: sets code by git's words
reason() {
  case $(cat "$said") in
    *'Host key verification failed'*) code=${exits.unknownHost} ;;
    *'Authentication failed'* | *'could not read Username'* | *'ermission denied ('* | *'returned error: 403'*)
      code=${exits.refused}
      ;;
    *'find remote ref'* | *"' not found"* | *'epository not found'* | *'not appear to be a git repository'*)
      code=${exits.absent}
      ;;
    *'not resolve host'* | *'onnection refused'* | *'onnect to '* | *'onnection timed out'* | *'returned error: 5'*)
      code=${exits.unreachable}
      ;;
    *) code=128 ;;
  esac
}

printf 'fetching %s of %s\\n' "$wanted" "$INIT_POD_REPO"
attempt=1 pause=1
until fetch && checkout && submodules; do
  cat "$said" >&2
  reason
  case $code in
    ${exits.unreachable} | 128) [ "$attempt" -lt "$INIT_POD_ATTEMPTS" ] || exit "$code" ;;
    *) exit "$code" ;;
  esac
  printf 'trying again in %s s\\n' "$pause"
  in_group sleep "$pause"
  attempt=$((attempt + 1)) pause=$((pause * 2))
done

taken=$tree\${INIT_POD_FOLDER:+/$INIT_POD_FOLDER}
[ "$INIT_POD_KEEP_GIT" = true ] || find "$taken" -name .git -prune -exec rm -rf {} + || exit 1
if [ -e "$to" ] || [ -L "$to" ]; then mv "$to" "$work/old" || exit 1; fi
mv "$taken" "$to" || exit 1
if [ -n "$INIT_POD_COMMIT" ]; then printf 'took commit %s\\n' "$sha"; else printf 'took commit %s of %s\\n' "$sha" "$wanted"; fi
`;
