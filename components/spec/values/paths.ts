import { posix } from "node:path";
import type { Check } from "./checked";

/**
 * Folders that hold the parts which an image needs to run at all. An emptyDir over one of them hides these, in the step
 * as in the app.
 * Source: https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html
 */
const systemFolders = new Set(
  "/bin /boot /dev /etc /lib /lib32 /lib64 /proc /run /sbin /sys /usr /usr/bin /usr/lib /usr/lib64 /usr/libexec /usr/local /usr/local/bin /usr/local/lib /usr/local/sbin /usr/sbin /usr/share /var /var/lib /var/run".split(
    " ",
  ),
);
/** Below these, everything belongs to the kernel. */
const kernelFolders = ["/dev/", "/proc/", "/sys/"];

/** The folder that an absolute path lies in. */
export function folderOf(path: string): string {
  return posix.dirname(path);
}

/** Whether a path is a folder or lies anywhere in it. Both are absolute and in their normal form. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** An absolute path in its normal form: no "..", no "//", no "/" at its end. */
export const absolutePath: Check = (value) => {
  const isNormal =
    typeof value === "string" && value.startsWith("/") && posix.normalize(value) === value && !value.endsWith("/");
  return isNormal && !/\p{Cc}/u.test(value)
    ? undefined
    : 'must be an absolute path in its normal form: no "..", no "//", no "/" at its end';
};

/** A path in a volume, in its normal form: relative, and nowhere out of it. */
export const relativePath: Check = (value) => {
  const isNormal = typeof value === "string" && absolutePath(`/${value}`) === undefined;
  return isNormal && !value.split("/").some((part) => part.startsWith(".."))
    ? undefined
    : 'must be a relative path in its normal form, such as "conf/app.ini": no "/" at its ends, no name that starts with ".."';
};

/** Where a volume is mounted. Kubernetes refuses ":" in it. */
export const mountPath: Check = (value) =>
  absolutePath(value) ?? (String(value).includes(":") ? 'must not contain ":"' : undefined);

/** A file or folder that a step writes, of which the parent folder becomes a volume. */
export const writtenPath: Check = (value) => {
  const fix = absolutePath(value);
  if (fix !== undefined) return fix;
  const folder = folderOf(String(value));
  if (folder === "/") return "lies directly below /, which can't be a volume; write to a folder, such as /data/file";
  return folder.includes(":") ? 'the folder must not contain ":"' : hides(folder);
};

function hides(folder: string): string | undefined {
  return systemFolders.has(folder) || kernelFolders.some((kernel) => folder.startsWith(kernel))
    ? `a volume at ${folder} would hide what the image has there; use a folder of your own`
    : undefined;
}
