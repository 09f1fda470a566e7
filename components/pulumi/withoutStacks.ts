/**
 * Makes a resource, or asks the engine of one, without the stacks that the SDK takes meanwhile: one of each promise, about
 * thirty for a resource, each translated by source maps; with many resources, a fifth of a program's time. They are shown
 * where a promise never settles. Where a resource comes from, the SDK asks in a way that this leaves alone; an error that
 * `make` throws has its message alone.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/debuggable.ts
 */
export function withoutStacks<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
