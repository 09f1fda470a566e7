// The plugin: makes InitPods for programs in any of Pulumi's languages. The engine starts it, and asks it on a port of its own.
import { main } from "@pulumi/pulumi/provider";
import { packageVersion } from "../forward/state";
import { construct } from "./construct";
import { endAll, failWhereItComes } from "./inFlight";
import { rebuildKubernetesProviders } from "./kubernetesProvider";
import { keepRequests } from "./leftOut";
import schema from "./schema.json";
import { endWithEngine } from "./withEngine";

rebuildKubernetesProviders();
keepRequests();
const version = packageVersion();
const provider = { version, schema: JSON.stringify({ ...schema, version }), construct, cancel: endAll };
const args = process.argv.slice(2);
void main(provider, args);
failWhereItComes();
// What comes before it are flags, one of which may have an address as well.
const engine = args.findLast((arg) => /:\d+$/.test(arg));
if (engine !== undefined) endWithEngine(engine, () => process.exit());
