/**
 * A POSIX awk program that reads one JSON text, with a line break at its end, and prints a line for each string, number,
 * boolean and null in it: where it is, as a JSON Pointer, a tab, and the value. It ends with 1 where the text is no JSON.
 * What is printed before that means nothing.
 *
 * - Control characters, by escapes too, become spaces, in keys as well: a value is one field of one line, whatever it is.
 *   What is no character, half of a surrogate pair, becomes U+FFFD.
 * - It reads from quote to quote, so that a long text costs no more than its length, and asks for LC_ALL=C: it goes by
 *   bytes, and those of UTF-8 stay as they are.
 * - It stands in single quotes in a script, so it has none.
 *
 * Sources: https://www.rfc-editor.org/rfc/rfc8259, https://www.rfc-editor.org/rfc/rfc6901
 */
export const jsonPaths = String.raw`
BEGIN {
  RS = "\""
  want = "value"
}

function fail() {
  failed = 1
  exit 1
}

function unit(hex,   at, sum, digit) {
  if (length(hex) < 4) fail()
  sum = 0
  for (at = 1; at <= 4; at++) {
    digit = index("0123456789abcdef", tolower(substr(hex, at, 1)))
    if (digit == 0) fail()
    sum = sum * 16 + digit - 1
  }
  return sum
}

function utf8(point) {
  if (point < 32 || point == 127) return " "
  if (point < 128) return sprintf("%c", point)
  if (point < 2048) return sprintf("%c%c", 192 + int(point / 64), 128 + point % 64)
  if (point < 65536) return sprintf("%c%c%c", 224 + int(point / 4096), 128 + int(point / 64) % 64, 128 + point % 64)
  return sprintf("%c%c%c%c", 240 + int(point / 262144), 128 + int(point / 4096) % 64, 128 + int(point / 64) % 64, 128 + point % 64)
}

# What a string holds goes to the key that it is, or straight to where the value is printed: it may be long.
function emit(text) {
  if (naming) name = name text
  else printf "%s", text
}

# What stands between two quotes, as the text that it means. Pieces begin with what follows a backslash.
function decode(text,   pieces, count, at, piece, char, high, low) {
  if (text ~ /[\001-\037]/) fail()
  gsub(/\177/, " ", text)
  count = split(text, pieces, "\\")
  if (count > 0) emit(pieces[1])
  for (at = 2; at <= count; at++) {
    piece = pieces[at]
    if (piece == "") {
      # A backslash that is meant, and the piece after it has no escape.
      if (at == count) fail()
      emit("\\")
      emit(pieces[++at])
      continue
    }
    char = substr(piece, 1, 1)
    if (char == "u") {
      high = unit(substr(piece, 2, 4))
      if (high >= 55296 && high < 57344) {
        low = 0
        if (high < 56320 && length(piece) == 5 && at < count && substr(pieces[at + 1], 1, 1) == "u")
          low = unit(substr(pieces[at + 1], 2, 4))
        if (low >= 56320 && low < 57344) {
          high = 65536 + (high - 55296) * 1024 + low - 56320
          piece = pieces[++at]
        } else high = 65533
      }
      emit(utf8(high) substr(piece, 6))
    } else if (char == "/") emit(piece)
    else if (index("bfnrt", char)) emit(" " substr(piece, 2))
    else fail()
  }
}

# Sets here, where the value that begins is.
function begin() {
  if (want != "value" && want != "first") fail()
  if (depth == 0) here = ""
  else here = path[depth] "/" (kind[depth] == "[" ? items[depth]++ : key[depth])
}

function end() {
  want = depth == 0 ? "end" : ","
}

function begin_string() {
  naming = want == "key" || want == "firstkey"
  if (naming) name = ""
  else {
    begin()
    printf "%s\t", here
  }
}

function end_string() {
  if (naming) {
    gsub(/~/, "~0", name)
    gsub("/", "~1", name)
    key[depth] = name
    want = ":"
  } else {
    print ""
    end()
  }
}

function word(text) {
  begin()
  if (text != "true" && text != "false" && text != "null" && \
      text !~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/) fail()
  print here "\t" text
  end()
}

function open(bracket) {
  begin()
  path[++depth] = here
  kind[depth] = bracket
  items[depth] = 0
  want = bracket == "[" ? "first" : "firstkey"
}

function close_(bracket) {
  if (depth == 0 || kind[depth] != bracket) fail()
  if (want != "," && want != (bracket == "[" ? "first" : "firstkey")) fail()
  depth--
  end()
}

function outside(text,   size, at, char, from) {
  size = length(text)
  for (at = 1; at <= size; at++) {
    char = substr(text, at, 1)
    if (index(" \t\r\n", char)) continue
    if (char == "{" || char == "[") open(char)
    else if (char == "}") close_("{")
    else if (char == "]") close_("[")
    else if (char == ":") {
      if (want != ":") fail()
      want = "value"
    } else if (char == ",") {
      if (want != "," || depth == 0) fail()
      want = kind[depth] == "[" ? "value" : "key"
    } else {
      from = at
      while (at < size && !index(" \t\r\n:,[]{}", substr(text, at + 1, 1))) at++
      word(substr(text, from, at - from + 1))
    }
  }
}

inside {
  if (!begun) begin_string()
  slashes = 0
  size = length($0)
  while (slashes < size && substr($0, size - slashes, 1) == "\\") slashes++
  # Escaped, the quote belongs to the string.
  begun = slashes % 2
  decode(begun ? substr($0, 1, size - 1) : $0)
  if (begun) emit("\"")
  else {
    end_string()
    inside = 0
  }
  next
}

{
  outside($0)
  inside = 1
}

END {
  if (failed || !inside || begun || want != "end") exit 1
}
`;
