/**
 * Names under which the scripts of steps run (their `$0`). A Pod's reader knows by them whose exit codes the scripts end with:
 * the image and the text of a script don't tell.
 */

/** It passes on curl's exit code. */
export const downloadName = "init-pod-download";
/** It runs in an image that may have no shell. */
export const copyName = "init-pod-copy-from-image";
/** It ends with the shell's own. */
export const filesName = "init-pod-files";
/** Its own exit codes say what could not be fetched, and why. */
export const gitCloneName = "init-pod-git-clone";
/** It ends with one of `waitForExits` where what it waits for can't be awaited any longer. */
export const waitForName = "init-pod-wait-for";

/** Exit codes of a step that waits. */
export const waitForExits = {
  /** Its time is over. As that of timeout(1). */
  tooLate: 124,
  /** What it waits for has failed for good. As EX_UNAVAILABLE of sysexits.h(3head). */
  failed: 69,
  /** It may not read what it waits for. As EX_NOPERM. */
  noRight: 77,
} as const;
