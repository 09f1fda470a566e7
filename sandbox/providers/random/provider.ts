import type { JsonObject } from "../json.ts";
import { difference } from "../kubernetes/diff.ts";
import type {
  CheckCall,
  Checked,
  CreateCall,
  DiffCall,
  Difference,
  Instance,
  Provider,
  ReadCall,
} from "../provider.ts";
import { isUnknown, plain, unknownValue } from "../wire.ts";
import { complete, kinds, type RandomKind, withSecrets } from "./kinds.ts";

function kindOf(urn: string): RandomKind {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const kind = kinds[type.split(":").at(-1) ?? ""];
  if (!kind) throw new Error(`the sandbox's stand-in for the random provider has no ${type}`);
  return kind;
}

/** Random values live in the stack's state alone, and nothing of them can change in place. */
export class RandomProvider implements Provider {
  readonly name = "random";
  readonly version: string;

  constructor(version: string) {
    this.version = version;
  }

  configure(): Promise<void> {
    return Promise.resolve();
  }

  cancel(): void {
    // Nothing takes long enough to be cancelled.
  }

  check(call: CheckCall): Promise<Checked> {
    const kind = kindOf(call.urn);
    const inputs = complete(kind, plain(call.news));
    const failures = kind.required
      .filter((property) => inputs[property] === undefined)
      .map((property) => ({ property, reason: `Missing required argument: ${property}` }));
    const known = kind.required.every((property) => !isUnknown(inputs[property]));
    const wrong = failures.length === 0 && known ? kind.check?.(inputs) : undefined;
    if (wrong !== undefined) failures.push({ property: kind.required[0] ?? "", reason: wrong });
    return Promise.resolve({ inputs: complete(kind, call.news), failures });
  }

  diff(call: DiffCall): Promise<Difference> {
    const kind = kindOf(call.urn);
    const without = (bag: JsonObject) =>
      Object.fromEntries(Object.entries(bag).filter(([key]) => !kind.results.includes(key) && key !== "id"));
    const old = without(complete(kind, plain(call.olds)));
    const now = without(complete(kind, plain(call.news)));
    const changes = difference(old, now, Object.keys({ ...old, ...now }), call.ignoreChanges);
    return Promise.resolve({ changes, deleteBeforeReplace: false });
  }

  create(call: CreateCall): Promise<Instance> {
    const kind = kindOf(call.urn);
    if (call.preview) {
      const unknown = Object.fromEntries(kind.results.map((key) => [key, unknownValue]));
      return Promise.resolve({ id: "", properties: { ...call.properties, ...unknown } });
    }
    const { id, results } = kind.make(plain(call.properties));
    return Promise.resolve({ id, properties: { ...call.properties, ...withSecrets(kind, results), id } });
  }

  read(call: ReadCall): Promise<Instance> {
    return Promise.resolve({ id: call.id, properties: call.properties, inputs: call.inputs });
  }

  update(): Promise<JsonObject> {
    return Promise.reject(new Error("random values are replaced, never updated"));
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }
}
