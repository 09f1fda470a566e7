import type * as pulumi from "@pulumi/pulumi";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { beforeAll, expect, test } from "vitest";
import { keepRequests, leftOut } from "../../../components/plugin/leftOut.ts";

beforeAll(keepRequests);

/** The options of a request, as the SDK's server hands them on. */
function handedOn(request: ConstructRequest): pulumi.ComponentResourceOptions {
  const { requestSerialize, requestDeserialize } = ResourceProviderService.construct;
  const received = requestDeserialize(requestSerialize(request));
  return { ignoreChanges: received.getIgnorechangesList() };
}

test("options that the SDK leaves out are those of the InitPod's own request", async () => {
  const urn = "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::other";
  const first = new ConstructRequest().setDeletebeforereplace(true).setReplaceWithList([urn]);
  const second = new ConstructRequest().setAdditionalsecretoutputsList(["status"]).setIgnorechangesList(["spec"]);
  const [ofFirst, ofSecond] = [handedOn(first), handedOn(second)];
  const { replaceWith = [], ...others } = leftOut(ofFirst);
  expect(others).toEqual({ deleteBeforeReplace: true, additionalSecretOutputs: [] });
  expect(await Promise.all(replaceWith.map((one) => new Promise((resolve) => one.urn.apply(resolve))))).toEqual([urn]);
  expect(leftOut(ofSecond)).toEqual({
    deleteBeforeReplace: false,
    additionalSecretOutputs: ["status"],
    replaceWith: [],
  });
});
