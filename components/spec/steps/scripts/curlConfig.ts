/** Multi-arch, with a shell and awk, and named without a host, so that a cluster's mirror of the default registry serves it. */
export const curlImage = "curlimages/curl:8.17.0";

/**
 * Shell functions that make a curl config file of what comes by environment variables: arguments can be read by every process
 * of the node. In that file a value stands in quotes with "\" and quotes escaped, and a line break is refused: no value can
 * add an option. Headers come as INIT_POD_HEADER_NAMES, and their values as INIT_POD_HEADER_1 and on.
 * Source: https://curl.se/docs/manpage.html#-K
 */
export const curlConfig = `line_break='
'
carriage_return=$(printf '\\r')

fail() {
  printf '%s\\n' "$1" >&2
  exit 1
}

# setting NAME VALUE: one line of a curl config file
setting() {
  rest=$2 escaped=
  while [ -n "$rest" ]; do
    tail=\${rest#?}
    char=\${rest%"$tail"}
    case $char in
      '\\' | '"') escaped=$escaped\\\\$char ;;
      *) escaped=$escaped$char ;;
    esac
    rest=$tail
  done
  printf '%s = "%s"\\n' "$1" "$escaped"
}

# one_line WHAT VALUE
one_line() {
  case $2 in
    *"$line_break"* | *"$carriage_return"*) fail "$1 contains a line break" ;;
  esac
}

# with_headers CONFIG: sets config
with_headers() {
  config=$1
  number=0
  for name in \${INIT_POD_HEADER_NAMES-}; do
    number=$((number + 1))
    eval "value=\\$INIT_POD_HEADER_$number"
    # Secrets made from a file often end in a line break that belongs to no value.
    value=$(printf '%s' "$value")
    value=\${value%"$carriage_return"}
    one_line "the value of header $name" "$value"
    config=$config$line_break$(setting header "$name: $value")
  done
}
`;
