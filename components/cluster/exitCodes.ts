/** Fixed by the shell and by the kernel. Source: https://tldp.org/LDP/abs/html/exitcodes.html */
const common: Readonly<Record<number, string>> = {
  126: "the command is not executable",
  127: "the command was not found",
  137: "killed by SIGKILL",
  139: "crashed with a segmentation fault",
  143: "ended by SIGTERM",
};

/** Source: the section EXIT CODES of curl's manual, https://curl.se/docs/manpage.html */
const ofCurl: Readonly<Record<number, string>> = {
  6: "curl: the host's name could not be resolved",
  7: "curl: the host refused the connection or could not be reached",
  22: "curl: the server answered with an error status",
  23: "curl: the target file could not be written",
  28: "curl: timed out",
};

/** What a well-known exit code means, in plain words. Other programs give low codes meanings of their own. */
export function explainExit(code: number, image = ""): string | undefined {
  return common[code] ?? (image.includes("curl") ? ofCurl[code] : undefined);
}
