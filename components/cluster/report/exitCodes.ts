/**
 * Fixed by the shell, and by the kernel: 128 and the number of the signal.
 * Sources: https://tldp.org/LDP/abs/html/exitcodes.html, https://man7.org/linux/man-pages/man7/signal.7.html
 */
const common: Readonly<Record<number, string>> = {
  126: "the command is not executable",
  127: "the command was not found",
  130: "interrupted by SIGINT",
  132: "crashed with an illegal instruction: is the image built for this CPU?",
  134: "aborted itself with SIGABRT",
  135: "crashed with a bus error",
  136: "crashed with an arithmetic error",
  137: "killed by SIGKILL",
  139: "crashed with a segmentation fault",
  141: "ended by SIGPIPE: who read its output was gone",
  143: "ended by SIGTERM",
};

/** Source: the section EXIT CODES of curl's manual, https://curl.se/docs/manpage.html */
const ofCurl: Readonly<Record<number, string>> = {
  3: "curl: the URL is malformed",
  5: "curl: the proxy's name could not be resolved",
  6: "curl: the host's name could not be resolved",
  7: "curl: the host refused the connection or could not be reached",
  18: "curl: the transfer ended before the file was complete",
  22: "curl: the server answered with an error status",
  23: "curl: the target file could not be written",
  28: "curl: timed out",
  35: "curl: the TLS handshake failed",
  47: "curl: too many redirects",
  52: "curl: the server answered nothing",
  56: "curl: the connection broke while receiving",
  60: "curl: the server's certificate is not trusted",
};

/** What a well-known exit code means, in plain words. Other programs give low codes meanings of their own. */
export function explainExit(code: number, image = ""): string | undefined {
  return common[code] ?? (image.includes("curl") ? ofCurl[code] : undefined);
}
