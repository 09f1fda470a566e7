/** Environment variables that the script reads. All that a user gives travels by these and by files, never by its text. */
export const variables = { files: "INIT_POD_FILES" } as const;

/** Where the script finds the texts: what no secret is, and what is one. */
export const sources = { plain: "/init-pod/files", secret: "/init-pod/secret-files" } as const;

/** How a file comes to be. */
export const how = { literal: "literal", template: "template" } as const;

/** One line of INIT_POD_FILES. No path has a tab or a line break in it. */
export function fileLine(file: { how: string; mode: string; from: string; to: string }): string {
  return [file.how, file.mode, file.from, file.to].join("\t");
}

/**
 * Writes files. It needs a POSIX shell with awk, cat, chmod, mkdir and mv.
 *
 * - Each file appears at its path complete or not at all: it is renamed on the same volume.
 * - Values are put in by their position, as they are: in awk's substitutions and in a shell's, some characters mean something.
 * - What awk writes goes through cat, which notices a full disk.
 * - A text may end without a line break, which awk can't tell: so a mark is put behind it, and taken off again.
 */
export const filesScript = `set -eu
export LC_ALL=C

# filled FILE: with each $(NAME) as the variable has it; $$( is $(
filled() {
  { cat "$1"; printf .; } | awk '
    {
      line = $0; text = ""
      while ((at = index(line, "$(")) > 0) {
        if (at > 1 && substr(line, at - 1, 1) == "$") {
          text = text substr(line, 1, at - 2) "$("
          line = substr(line, at + 2)
          continue
        }
        rest = substr(line, at + 2)
        end = index(rest, ")")
        text = text substr(line, 1, at - 1) ENVIRON[substr(rest, 1, end - 1)]
        line = substr(rest, end + 1)
      }
      if (NR > 1) printf "%s\\n", last
      last = text line
    }
    END { printf "%s", substr(last, 1, length(last) - 1) }
  '
}

printf '%s\\n' "$INIT_POD_FILES" | while IFS='	' read -r how mode from to; do
  mkdir -p "\${to%/*}"
  case $how in
    template) filled "$from" | cat >"$to.part" ;;
    *) cat "$from" >"$to.part" ;;
  esac
  chmod "$mode" "$to.part"
  mv -f "$to.part" "$to"
  printf 'wrote %s\\n' "$to"
done
`;
