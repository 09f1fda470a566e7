import * as state from "@pulumi/pulumi/runtime/state";

/** What the SDK keeps for each InitPod that it is asked for; its types don't declare it. */
interface Store {
  /** Whether the engine has refused a call because the deployment ends. */
  terminated: boolean;
  settings: {
    /** Resolves once no call to the engine is open any more. */
    rpcDone: Promise<unknown>;
  };
}

/** Of the InitPod that the caller works for. */
export function sdkStore(): Store {
  return (state as unknown as { getStore: () => Store }).getStore();
}
