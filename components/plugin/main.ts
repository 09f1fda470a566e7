// The plugin: makes InitPods for programs in any of Pulumi's languages. The engine starts it, and asks it on a port of its own.
import { main } from "@pulumi/pulumi/provider";
import { packageVersion } from "../forward/state";
import { construct } from "./construct";
import { rebuildKubernetesProviders } from "./kubernetesProvider";
import schema from "./schema.json";
import { failWhereTheyCome } from "./strayErrors";

rebuildKubernetesProviders();
const version = packageVersion();
void main({ version, schema: JSON.stringify({ ...schema, version }), construct }, process.argv.slice(2));
failWhereTheyCome();
