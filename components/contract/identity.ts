import { createHash } from "node:crypto";
import { type Labels, managedBy, selectorLabel } from "./labels";

/** What tells the objects of one InitPod from all others of a namespace. */
export interface Identity {
  /** Of the Service, and of everybody who looks for the InitPod's Pods. */
  selector: Labels;
  labels: Labels;
}

const maxLabelLength = 63;

/**
 * Labels of an InitPod, from the URN of the component.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
export function identityOf(urn: string, name: string): Identity {
  const [, stack = "", project = ""] = /^urn:pulumi:([^:]*)::([^:]*)::/.exec(urn) ?? [];
  const hash = createHash("sha256").update(urn).digest("hex").slice(0, 8);
  const selector = {
    [selectorLabel.name]: labelValue(name, maxLabelLength),
    [selectorLabel.instance]: `${labelValue(`${project}-${stack}`, maxLabelLength - hash.length - 1)}-${hash}`,
  };
  return { selector, labels: { ...selector, "app.kubernetes.io/component": "app", ...managedBy } };
}

/** `text` as a label value: letters, digits, `-`, `_` and `.`, with a letter or digit at both ends. */
function labelValue(text: string, maxLength: number): string {
  const value = text
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, maxLength)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
  return value === "" ? "x" : value;
}
