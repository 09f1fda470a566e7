/**
 * Names under which the scripts of steps run (their `$0`). A Pod's reader knows by them whose exit codes the scripts end with:
 * the image and the text of a script don't tell.
 */

/** It passes on curl's exit code. */
export const downloadName = "init-pod-download";
/** It ends with 124 where its time was over. */
export const waitForName = "init-pod-wait-for";
/** Its own exit codes say what could not be fetched, and why. */
export const gitCloneName = "init-pod-git-clone";
