/** How a field of a Kubernetes object changes; one that is `unknown` may change, which `up` alone knows. */
export type How = "changed" | "added" | "gone" | "unknown";

/** A field that changes. */
export interface Change {
  /** As leaves have it, such as `containers[app].image`; "" where only the kind of change is known. */
  readonly path: string;
  readonly how: How;
  /** What it was; undefined where that is not known, or not to be shown. */
  readonly from?: string;
  /** What it will be; undefined where that is not known, or not to be shown. */
  readonly to?: string;
  /** Whether it is a script that a shell is given. */
  readonly isScript?: boolean;
}

/** Why there is to be a new Pod. */
export type Reason =
  | { readonly kind: "spec"; readonly changes: readonly Change[] }
  /** Changes of labels or annotations, which the user has made a reason. */
  | { readonly kind: "metadata"; readonly changes: readonly Change[] }
  /** `what` is the end of a sentence that begins with the Pod's name. */
  | { readonly kind: "failed"; readonly pod: string; readonly what: string }
  | { readonly kind: "noneLives" }
  | { readonly kind: "moves"; readonly from: string; readonly to: string }
  | { readonly kind: "editedByOthers" };

/** Why the old Pod is deleted before the new one is made. */
export type DeletedFirst = "asked" | "ownName" | "nameWithoutChance";

/** What becomes of what serves. */
export type Meanwhile =
  | { readonly kind: "oldServes" }
  | { readonly kind: "deletedFirst"; readonly why: DeletedFirst }
  | { readonly kind: "nothingServes" };

/** What becomes of the Pod. */
export type OfPod =
  | { readonly kind: "first"; readonly steps: readonly Step[] }
  | {
      readonly kind: "anew";
      /** None where it is the run that asks for it; undefined where they are not known. */
      readonly reasons: readonly Reason[] | undefined;
      /** What changes besides, and would not have made it anew. */
      readonly besides: readonly Change[];
      readonly steps: readonly Step[];
      /** Undefined where it is not known. */
      readonly meanwhile?: Meanwhile;
      /** Whether the engine refuses it. */
      readonly isProtected: boolean;
      /** Version that made the old Pod, where it is another one than makes the new one. */
      readonly versions?: { readonly was: string; readonly is: string };
      /** Whether the cluster has put items into lists of ours. */
      readonly isMixed: boolean;
    }
  | { readonly kind: "inPlace"; readonly changes: readonly Change[] }
  /** Unless one of these, by path, turns out to be another value. */
  | { readonly kind: "mayStay"; readonly unknown: readonly string[]; readonly changes: readonly Change[] }
  | { readonly kind: "same" };

/** What becomes of the Service. */
export type OfService =
  | { readonly kind: "added"; readonly ports: string }
  | { readonly kind: "anew" }
  | { readonly kind: "inPlace"; readonly changes: readonly Change[] }
  | { readonly kind: "notAskedFor" }
  | { readonly kind: "same" };

/** A container of the Pod that comes before the app. */
export interface Step {
  readonly name: string;
  readonly isSidecar: boolean;
  /** Whether no Pod before had one of this name. */
  readonly isNew: boolean;
}

/** What a run does with an InitPod, as far as a preview can tell. */
export interface Outlook {
  /** Name of the InitPod. */
  readonly name: string;
  /** Name of the app's container. */
  readonly app: string;
  /** Whether the Pod has a port, so that it serves, and does not only run. */
  readonly serves: boolean;
  readonly pod: OfPod;
  readonly service: OfService;
  /** Where the Pod is or will be; undefined where it is not known. */
  readonly namespace?: string;
  /** Context of the kubeconfig. */
  readonly context?: string;
}
