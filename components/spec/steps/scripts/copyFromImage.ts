/** Environment variables that the script reads. All that a user gives travels by these, never by the script's text. */
export const variables = {
  from: "INIT_POD_FROM",
  to: "INIT_POD_TO",
  /** Where the image is mounted; not set where the script runs in the image itself. */
  root: "INIT_POD_IMAGE_ROOT",
} as const;

/**
 * Copies a file or a folder. It needs a POSIX shell with cp, mv, rm, mkdir and chmod; for the owners chown, for a mounted
 * image readlink, and to tell the size du or wc.
 *
 * - Links of a mounted image lead within that image, not within the container that copies.
 * - `cp -p` of busybox complains of each file whose owner it may not set: it is used only where a trial shows that it may.
 *   Without it, permissions are kept for want of a umask.
 * - cp runs in the background because a shell with process id 1 ignores SIGTERM while it waits in the foreground, and
 *   deleting the Pod would take its whole grace period.
 * - The copy appears at its path complete or not at all: it is renamed on the same volume, within its folder, as a folder
 *   that its owner may not write to can't be moved to another.
 * - An init container may run again: what an earlier attempt left is taken away first, and its copy replaced.
 */
export const copyScript = `set -u
root=\${INIT_POD_IMAGE_ROOT-}
from=$INIT_POD_FROM
to=$INIT_POD_TO
part=$to.init-pod-part
old=$to.init-pod-old

fail() {
  printf '%s\\n' "$1" >&2
  exit 1
}

# resolve PATH: sets found to the path below $root that it leads to
resolve() {
  left=$1 found= links=0
  while [ -n "$left" ]; do
    left=\${left#/}
    name=\${left%%/*}
    case $left in */*) left=\${left#*/} ;; *) left= ;; esac
    case $name in
      '' | .) ;;
      ..) found=\${found%/*} ;;
      *)
        if [ -L "$root$found/$name" ]; then
          links=$((links + 1))
          [ "$links" -le 40 ] || fail "$from leads through too many links"
          link=$(readlink "$root$found/$name") || fail "the link $found/$name could not be read"
          case $link in /*) found= ;; esac
          left=$link/$left
        else
          found=$found/$name
        fi
        ;;
    esac
  done
}

# wipe PATH: a folder that may not be written to has to become so first
wipe() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  [ -L "$1" ] || chmod -R u+rwX "$1" 2>/dev/null
  rm -rf "$1"
}

# count FOLDER: adds the number of files in it to files
count() {
  for one in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -d "$one" ] && [ ! -L "$one" ]; then
      count "$one"
    elif [ -e "$one" ] || [ -L "$one" ]; then
      files=$((files + 1))
    fi
  done
}

found=$from
[ -z "$root" ] || resolve "$from"
source=$root$found
[ -e "$source" ] || fail "the image has no $from, or this user may not look into the folder that it lies in"

copy=
trap 'kill $copy 2>/dev/null; wait; wipe "$part"; exit 143' TERM
mkdir -p "\${to%/*}" || fail "the folder of $to could not be made"
wipe "$part"
wipe "$old"
keep=
printf '' >"$part" || fail "$part could not be written"
chown 1:1 "$part" 2>/dev/null && keep=-p
rm -f "$part"

umask 0
if [ -d "$source" ]; then
  cp -R -d $keep "$source/." "$part" &
else
  cp $keep "$source" "$part" &
fi
copy=$!
code=0
wait "$copy" || code=$?
if [ "$code" -ne 0 ]; then
  wipe "$part"
  fail "$from could not be copied: cp ended with $code"
fi

if [ -d "$part" ]; then
  files=0
  count "$part"
  size=$(du -sk "$part" 2>/dev/null) && size=", \${size%%[!0-9]*} KiB" || size=
  what="$files files$size"
else
  what='1 file'
  size=$(wc -c 2>/dev/null <"$part") && what="$((size)) bytes"
fi

# A rename replaces a file by a file, and nothing else.
if [ -L "$to" ] || [ -d "$to" ] || { [ -e "$to" ] && [ -d "$part" ]; }; then
  mv "$to" "$old" || fail "what is at $to could not be replaced"
fi
mv -f "$part" "$to" || fail "the copy could not be moved to $to"
wipe "$old"
printf 'copied %s to %s: %s\\n' "$from" "$to" "$what"
`;
