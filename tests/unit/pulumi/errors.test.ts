import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";
import { InitPodError, isInitPodError } from "../../../components/pulumi/errors.ts";

const require = createRequire(import.meta.url);
const resource = Object.create(pulumi.ComponentResource.prototype) as pulumi.Resource;

/** The class once more, as another copy of this package has it. */
async function copyOfClass(): Promise<typeof InitPodError> {
  vi.resetModules();
  return (await import("../../../components/pulumi/errors.ts")).InitPodError;
}

/** The SDK's classes of errors once more, as another copy of the SDK has them. */
function copyOfSdkErrors(): Pick<typeof pulumi, "ResourceError"> {
  const file = require.resolve("@pulumi/pulumi/errors");
  const loaded = require.cache[file];
  Reflect.deleteProperty(require.cache, file);
  try {
    return require(file) as Pick<typeof pulumi, "ResourceError">;
  } finally {
    require.cache[file] = loaded;
  }
}

afterEach(() => {
  vi.doUnmock("@pulumi/pulumi");
  vi.resetModules();
});

test("an InitPodError is one, and its message and name can't be written", () => {
  const error = new InitPodError("no such image", resource);
  for (const property of ["message", "name"]) Reflect.set(error, property, "changed");
  expect(error).toMatchObject({ name: "InitPodError", message: "no such image" });
  expect(error.stack).toBeUndefined();
  expect(isInitPodError(error)).toBe(true);
});

test("an InitPodError of another copy of this package is one, which instanceof denies", async () => {
  const error = new (await copyOfClass())("no such image", resource);
  expect(error instanceof InitPodError).toBe(false);
  expect(isInitPodError(error)).toBe(true);
});

test("an InitPodError on another copy of the Pulumi SDK is one, which instanceof denies", async () => {
  const sdk = copyOfSdkErrors();
  vi.doMock("@pulumi/pulumi", () => sdk);
  const error = new (await copyOfClass())("no such image", resource);
  expect(error instanceof sdk.ResourceError).toBe(true);
  expect(error instanceof pulumi.ResourceError).toBe(false);
  expect(isInitPodError(error)).toBe(true);
});

test("another error of a resource is none, whichever way it is asked", () => {
  const error = new pulumi.ResourceError("no such image", resource);
  expect(isInitPodError(error)).toBe(false);
  expect(InitPodError.isInstance(error)).toBe(false);
  expect(InitPodError.isInstance(new InitPodError("no such image", resource))).toBe(true);
});

test("an error that only bears the name is none, as it has no resource", () => {
  expect(isInitPodError(Object.assign(new Error("no such image"), { name: "InitPodError" }))).toBe(false);
});

test.each([undefined, null, "InitPodError", 1, {}])("%j, thrown in place of an error, is none", (thrown) => {
  expect(isInitPodError(thrown)).toBe(false);
});
