import * as pulumi from "@pulumi/pulumi";
import type { InitPodOptions } from "../pulumi";

/** As the SDK hands on custom timeouts: `delete` is a reserved word in older JavaScript. */
interface WireTimeouts extends pulumi.CustomTimeouts {
  pb_delete?: string;
}

/**
 * The options that the program gave. Of each that it did not give, the SDK hands on an empty value, which says something else
 * than none: no dependency, or a timeout that is no duration.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/provider/server.ts
 */
export function optionsAsGiven(options: InitPodOptions): InitPodOptions {
  const { customTimeouts, hooks, deletedWith, ...others } = options;
  return given({
    ...others,
    deletedWith: deletedWith && wholeUrn(deletedWith),
    customTimeouts: customTimeouts && given(timeoutsOf(customTimeouts)),
    hooks: hooks && given(hooks),
  });
}

function timeoutsOf({ pb_delete, ...others }: WireTimeouts): pulumi.CustomTimeouts {
  return { ...others, delete: others.delete ?? pb_delete };
}

/** The SDK takes the URN for a reference to a provider, of which the last part is an id. */
function wholeUrn(resource: pulumi.Resource): pulumi.Resource {
  if (!(resource instanceof pulumi.DependencyProviderResource)) return resource;
  return Object.defineProperty(resource, "urn", { value: pulumi.concat(resource.urn, "::", resource.id) });
}

function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => !isEmpty(value))) as T;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isPlainMap(value) && Object.keys(value).length === 0;
}

/** Neither a resource nor an Output. */
function isPlainMap(value: unknown): value is object {
  return typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
}
