import type * as pulumi from "@pulumi/pulumi";
import { copyName } from "../../contract";
import { escapeExpansion } from "../environment";
import {
  absolutePath,
  defaultImages,
  image as imageCheck,
  oneOf,
  type Problem,
  problemsIn,
  problemsInOptional,
  writtenPath,
} from "../values";
import type { StepPlan } from "./plan";
import { copyScript, variables } from "./scripts/copyFromImage";

/** How a step copies out of an image. */
export const CopyBy = {
  /** The image runs as the init container, and copies by its own `sh` and `cp`. Every cluster can do that. */
  Cp: "cp",
  /**
   * The image is mounted as a volume, and the step's own image copies: for images without a shell. It needs Kubernetes ≥ 1.35,
   * and containerd ≥ 2.1 or CRI-O ≥ 1.31.
   */
  Volume: "volume",
} as const;
/**
 * How a step copies out of an image.
 *
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/
 */
export type CopyBy = (typeof CopyBy)[keyof typeof CopyBy];

/**
 * Copies a file or a folder out of an image. The copy appears at its path complete or not at all, with permissions and
 * links as in the image, and the owners too where the step runs as root. A path that the image does not have fails the
 * step.
 */
export interface CopyFromImage {
  /** Image to copy from, best with a tag or a digest. */
  image: pulumi.Input<string>;
  /** Absolute path of the file or folder in the image. Of a link, what it leads to is copied. */
  from: string;
  /**
   * Absolute path of the copy. What is there already is replaced. The folder that it lies in becomes a volume which the app
   * sees as well.
   */
  to: string;
  /** Which program copies. It is the same on every cluster, so that an upgraded one changes no Pod. Default: "cp". */
  by?: CopyBy;
}

/** Some gigabytes of small files. */
const defaultTimeoutSeconds = 300;
/** Where the image is mounted. No image has a folder of this name. */
const imageRoot = "/init-pod-image";

/** The plan of a step that copies out of an image. */
export function copyFromImage(value: CopyFromImage): StepPlan {
  const { from, to, by = CopyBy.Cp } = value;
  const isMounted = by === CopyBy.Volume;
  return {
    ...(isMounted
      ? { image: defaultImages.busybox }
      : { ownImage: true, imagePaths: typeof from === "string" ? { from } : {} }),
    canBeSidecar: false,
    timeoutSeconds: defaultTimeoutSeconds,
    writes: typeof to === "string" ? [to] : [],
    variables: [],
    secrets: {},
    problems: (field) => problems(value, field),
    container: (field, leaves) => ({
      ...(isMounted ? {} : { image: leaves.checked(value.image, `${field}.image`, imageCheck) }),
      command: ["sh", "-c", escapeExpansion(copyScript), copyName],
      env: [
        { name: variables.from, value: escapeExpansion(from) },
        { name: variables.to, value: escapeExpansion(to) },
        ...(isMounted ? [{ name: variables.root, value: imageRoot }] : []),
      ],
    }),
    volumes: (field, leaves) =>
      isMounted
        ? [
            {
              suffix: "source",
              mountPath: imageRoot,
              source: {
                image: {
                  reference: leaves.checked(value.image, `${field}.image`, imageCheck),
                  pullPolicy: "IfNotPresent",
                },
              },
            },
          ]
        : [],
  };
}

function problems({ image, from, to, by }: CopyFromImage, field: string): Problem[] {
  return [
    ...problemsIn(`${field}.image`, image, imageCheck),
    ...problemsIn(`${field}.from`, from, absolutePath),
    ...problemsIn(`${field}.to`, to, writtenPath),
    ...problemsInOptional(`${field}.by`, by, oneOf(Object.values(CopyBy))),
  ];
}
