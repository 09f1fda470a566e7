import * as pulumi from "@pulumi/pulumi";
import { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { InitPodOptions } from "../pulumi";

/** The requests for InitPods, each by a list in it which the SDK hands on as it is. */
const requests = new WeakMap<object, ConstructRequest>();

/**
 * Keeps each request, as the SDK hands on some of the options in it, and drops the others without a word.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/provider/server.ts
 */
export function keepRequests(): void {
  const read = ConstructRequest.deserializeBinary.bind(ConstructRequest);
  ConstructRequest.deserializeBinary = (bytes) => {
    const request = read(bytes);
    requests.set(request.getIgnorechangesList(), request);
    return request;
  };
}

/** The options of the program that the SDK left out of these. */
export function leftOut({ ignoreChanges = [] }: pulumi.ComponentResourceOptions): InitPodOptions {
  const request = requests.get(ignoreChanges);
  if (request === undefined) return {};
  return {
    deleteBeforeReplace: request.getDeletebeforereplace(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    replaceWith: request.getReplaceWithList().map((urn) => new pulumi.DependencyResource(urn)),
  };
}
