/**
 * What `make` registers with the engine. The SDK takes the stack of each promise that it makes meanwhile, about thirty for a
 * resource, and has each translated by source maps: with many resources, a fifth of a program's time. They are shown where
 * a promise never settles, and nowhere else; where a resource comes from, the SDK asks in a way that this leaves alone.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/debuggable.ts
 */
export function registered<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
