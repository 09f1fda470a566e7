/** Something else uses the local port. */
export class PortInUseError extends Error {
  override readonly name = "PortInUseError";

  constructor(
    readonly port: number,
    /** Who has it, as far as can be seen: `process nginx (pid 12)`, `the forward of InitPod "web"`. */
    readonly owner: string | undefined,
  ) {
    super(
      `Local port ${port} is already used by ${owner ?? "another program"}. ` +
        `Stop that, or choose another port with forward.localPort.`,
    );
  }
}

/** The URL does not answer from the Pod. */
export class ForwardFailedError extends Error {
  override readonly name = "ForwardFailedError";
}

/** No `node` executable to run the forwarder with, as under Bun or Electron. */
export class NoNodeError extends Error {
  override readonly name = "NoNodeError";

  constructor() {
    super("No node executable found (looked at this process and the PATH), so nothing forwards to the Pod.");
  }
}
