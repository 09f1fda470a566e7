import { copyName } from "../../../contract";
import type { FailureFacts } from "../facts";
import { imageAtFault, quoted } from "./image";
import { userOf } from "./inForce";
import type { Advice } from "./types";

/** What helps against a container that can't be made or started, by the object that the runtime's message names. */
export function ofStart(facts: FailureFacts, message: string): Advice[] {
  const { image } = facts;
  const ofMount = ofSubPath(facts, message);
  if (ofMount.length > 0) return ofMount;
  const [, mountPath] = /error mounting "[^"]*" to rootfs at "([^"]+)".*not a directory/s.exec(message) ?? [];
  if (mountPath !== undefined) {
    return [
      {
        text: `What is mounted at ${mountPath} is a folder where ${quoted(image)} has a file, or the other way round.`,
      },
    ];
  }
  const [, cwd, below] =
    /chdir to cwd \("([^"]+)"\)|error during container init: mkdir (\S+): not a dir/.exec(message) ?? [];
  const folder = cwd ?? below;
  if (folder !== undefined && !/permission denied/i.test(message)) {
    return [{ text: `Its working directory, ${folder}, is not in ${quoted(image)} as a folder: correct workingDir.` }];
  }
  const [, kind = "", who = ""] = /unable to find (user|group) ([^\s:]+)/.exec(message) ?? [];
  if (who !== "") {
    return [{ text: `${quoted(image)} has no ${kind} "${who}", which it is to run as: name it by a number.` }];
  }
  if (/executable file not found|no such file or directory|no command specified/i.test(message)) {
    if (facts.spec?.command?.includes(copyName) === true) {
      return [
        {
          text: `${quoted(image)} has no shell, so it can't copy by itself. Have it mounted as a volume instead:`,
          command: 'copyFromImage: { by: "volume" }',
        },
      ];
    }
    return [
      {
        text: `The command is not in ${quoted(image)}: check the command, its path, and the image. A minimal image may have no shell.`,
      },
    ];
  }
  if (/permission denied/i.test(message)) {
    const user = userOf(facts);
    const who = user === undefined ? "the user that its image names" : `user ${user}, which the container runs as`;
    return [{ text: `The file is there, but not executable for ${who}.` }];
  }
  if (/exec format error/i.test(message)) {
    return [{ text: `${quoted(image)} is built for another CPU, or its entrypoint is a script without a "#!" line.` }];
  }
  return [];
}

/**
 * What helps where the `subPath` of a mount is missing. Of a volume that can be written to kubelet makes it, as an empty
 * folder, which then can't be mounted onto a file.
 */
export function ofSubPath(facts: FailureFacts, message: string): Advice[] {
  const { spec } = facts;
  const [, prepared] = /failed to prepare subPath for volumeMount "([^"]+)"/.exec(message) ?? [];
  const [, folder, onto] =
    /volume-subpaths\/([^/"]+)\/[^"]*" to rootfs at "([^"]+)".*not a directory/s.exec(message) ?? [];
  const [, inImage] = /failed to ensure image subpath "([^"]+)"/.exec(message) ?? [];
  const mount = (spec?.volumeMounts ?? []).find(
    ({ name, mountPath, subPath }) =>
      subPath !== undefined &&
      (name === prepared || (name === folder && mountPath === onto) || (inImage !== undefined && subPath === inImage)),
  );
  if (mount === undefined) return [];
  const { name, mountPath, subPath = "" } = mount;
  const reference = facts.podSpec?.volumes?.find((volume) => volume.name === name)?.image?.reference;
  const where =
    reference === undefined ? "" : `, the image ${quoted(imageAtFault({ ...facts, image: reference }).image)},`;
  return [
    {
      text:
        `Volume "${name}"${where} has no "${subPath}" that could be mounted at ${mountPath}: correct the subPath, or see to ` +
        `it that it is there first. Of a Secret or ConfigMap it is the name of a key.`,
    },
  ];
}
