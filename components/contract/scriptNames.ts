/**
 * Names under which the scripts of steps run (their `$0`). A Pod's reader knows by them whose exit codes the scripts end with:
 * the image and the text of a script don't tell.
 */

/** It passes on curl's exit code. */
export const downloadName = "init-pod-download";
/** It runs in an image that may have no shell. */
export const copyName = "init-pod-copy-from-image";
/** It ends with 124 where its time was over. */
export const waitForName = "init-pod-wait-for";
/** It ends with the shell's own. */
export const filesName = "init-pod-files";
/** Its own exit codes say what could not be fetched, and why. */
export const gitCloneName = "init-pod-git-clone";
