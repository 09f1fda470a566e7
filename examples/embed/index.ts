import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Shop } from "./shop";

// The cluster is said once. What a component makes, and the components in it, goes to its provider.
const cluster = new k8s.Provider("cluster", { context: new pulumi.Config("kubernetes").get("context") });
const namespace = new k8s.core.v1.Namespace("shop", {}, { provider: cluster });
const shop = new Shop("shop", { namespace: namespace.metadata.name }, { providers: [cluster] });

export const { url, clusterUrl, databaseHost, generatedSecret } = shop;
export const namespaceName = namespace.metadata.name;
