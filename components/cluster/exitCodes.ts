/** Exit codes whose meaning is fixed by a shell, by the kernel or by curl, the client of `download` steps. */
const meanings: Readonly<Record<number, string>> = {
  6: "curl: the host's name could not be resolved",
  7: "curl: the host refused the connection or could not be reached",
  22: "curl: the server answered with an error status",
  23: "curl: the target file could not be written",
  28: "curl: timed out",
  126: "the command is not executable",
  127: "the command was not found",
  137: "killed by SIGKILL",
  139: "crashed with a segmentation fault",
  143: "ended by SIGTERM",
};

/** What a well-known exit code means, in plain words. Sources: `man curl`, https://tldp.org/LDP/abs/html/exitcodes.html */
export function explainExit(code: number): string | undefined {
  return meanings[code];
}
