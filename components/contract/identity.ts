import { randomBytes } from "node:crypto";
import { idLabel, type Labels } from "./labels";

/** What tells the objects of one InitPod from all others of a cluster. */
export interface Identity {
  /**
   * The name, with a random part. Names are not enough: two people may have a stack of the same project, name and
   * namespace, each in a backend of their own.
   */
  id: string;
  /** Of the Service, and of everybody who looks for the InitPod's Pods. */
  selector: Labels;
  labels: Labels;
}

const maxLabelLength = 63;
const randomPart = /-[0-9a-f]{10}$/;

/**
 * A new identity of the component with this URN, and labels that tell people what it is.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
export function identityOf(urn: string, name: string): Identity {
  const [, stack = "", project = ""] = /^urn:pulumi:([^:]*)::([^:]*)::/.exec(urn) ?? [];
  const random = randomBytes(5).toString("hex");
  const id = `${labelValue(name, maxLabelLength - random.length - 1)}-${random}`;
  const selector = { [idLabel]: id };
  return {
    id,
    selector,
    labels: {
      ...selector,
      "app.kubernetes.io/name": labelValue(name, maxLabelLength),
      "app.kubernetes.io/instance": labelValue(`${project}-${stack}`, maxLabelLength),
      "app.kubernetes.io/component": "app",
      "app.kubernetes.io/managed-by": "init-pod",
    },
  };
}

/** What an InitPod is called, by its id. */
export function nameOf(id: string): string {
  return id.replace(randomPart, "");
}

/** `text` as a label value: letters, digits, `-`, `_` and `.`, with a letter or digit at both ends. */
function labelValue(text: string, maxLength: number): string {
  const value = text
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, maxLength)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
  return value === "" ? "x" : value;
}
