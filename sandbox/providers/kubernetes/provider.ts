import { getString, type JsonObject } from "../json.ts";
import type {
  CheckCall,
  Checked,
  CreateCall,
  DeleteCall,
  DiffCall,
  Difference,
  Instance,
  Log,
  Provider,
  ReadCall,
  UpdateCall,
} from "../provider.ts";
import { check } from "./check.ts";
import { diffConfig } from "./cluster.ts";
import { compare } from "./compare.ts";
import { Context } from "./context.ts";
import { createResource } from "./creation.ts";
import { deleteResource } from "./deletion.ts";
import { readResource } from "./reading.ts";
import { updateResource } from "./updating.ts";

export class KubernetesProvider implements Provider {
  readonly name = "kubernetes";
  readonly version: string;
  readonly diffConfig = diffConfig;
  readonly #context = new Context();

  constructor(version: string) {
    this.version = version;
  }

  async configure(config: JsonObject, log: Log): Promise<void> {
    if (getString(config, "renderYamlToDirectory") !== "") {
      throw new Error("the stand-in does not render YAML to a directory");
    }
    await this.#context.configure(config, log);
  }

  cancel(): void {
    this.#context.cancel();
  }

  check(call: CheckCall): Promise<Checked> {
    return check(this.#context, call);
  }

  diff(call: DiffCall): Promise<Difference> {
    return compare(this.#context, call);
  }

  create(call: CreateCall): Promise<Instance> {
    return createResource(this.#context, call);
  }

  read(call: ReadCall): Promise<Instance | undefined> {
    return readResource(this.#context, call);
  }

  update(call: UpdateCall): Promise<JsonObject> {
    return updateResource(this.#context, call);
  }

  delete(call: DeleteCall): Promise<void> {
    return deleteResource(this.#context, call);
  }
}
