/**
 * Name under which the script of a download runs (its `$0`). A Pod's reader knows by it that the script passes on curl's
 * exit code: the image and the text of a script don't tell.
 */
export const downloadName = "init-pod-download";
