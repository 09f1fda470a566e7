import type * as pulumi from "@pulumi/pulumi";

/** Not a field, which Pulumi's analyzer would take for an output. */
const waits = new WeakMap<pulumi.ComponentResource, Promise<unknown>>();

/** Has whatever depends on a component wait until `ready` resolves, and fail with it. For its constructor. */
export function holdUntil(component: pulumi.ComponentResource, ready: Promise<unknown>): void {
  waits.set(component, ready);
}

/** For a component's `initialize`, whose end is what the SDK waits for, and which it calls before the constructor's own lines. */
export async function held(component: pulumi.ComponentResource): Promise<void> {
  await Promise.resolve();
  await waits.get(component);
}
