import * as pulumi from "@pulumi/pulumi";
import { withLateErrors } from "../../pulumi";
import type { OwnObject } from "../../spec/manifest";

interface Entry {
  name: pulumi.Output<string>;
  tell: (name: pulumi.Output<string>) => void;
}

/** Names of an InitPod's own objects, which its Pod must be told before they are made. */
export class ObjectNames {
  readonly #entries = new Map<string, Entry>();

  readonly of = (object: Pick<OwnObject, "kind" | "suffix">): pulumi.Output<string> => this.#entryOf(object).name;

  tell(object: Pick<OwnObject, "kind" | "suffix">, name: pulumi.Output<string>): void {
    this.#entryOf(object).tell(name);
  }

  #entryOf({ kind, suffix }: Pick<OwnObject, "kind" | "suffix">): Entry {
    const key = `${kind} ${suffix}`;
    const entry = this.#entries.get(key) ?? newEntry();
    this.#entries.set(key, entry);
    return entry;
  }
}

function newEntry(): Entry {
  let tell: Entry["tell"] = () => undefined;
  const told = new Promise<pulumi.Output<string>>((resolve) => (tell = resolve));
  return { name: withLateErrors(pulumi.output(told)), tell };
}
