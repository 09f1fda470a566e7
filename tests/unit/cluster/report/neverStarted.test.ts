import { describe, expect, test } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { ended, noIds, podOf, report, restricted, waiting, warning } from "./failedPod.ts";

describe("the report of a failure", () => {
  test("of an image that can't be pulled", () => {
    const message =
      'Back-off pulling image "ghcr.io/shop/tool:2": ErrImagePull: failed to pull and unpack image "ghcr.io/shop/tool:2": ' +
      'failed to resolve reference "ghcr.io/shop/tool:2": failed to authorize: failed to fetch anonymous token: unexpected ' +
      "status from GET request to https://ghcr.io/token?scope=repository%3Ashop%2Ftool%3Apull&service=ghcr.io: 403 Forbidden";
    const pod = podOf({
      init: { tool: { state: waiting("ImagePullBackOff", message) } },
      spec: { tool: { image: "ghcr.io/shop/tool:2" } },
    });
    expect(report({ pod, verdict: { kind: "failed", container: "tool", reason: "ImagePullBackOff", message } }))
      .toMatchInlineSnapshot(`
        "init container "tool" of Pod shop/web-3f2a1b0c failed:
        its image can't be pulled (ImagePullBackOff): failed to pull and unpack
        image "ghcr.io/shop/tool:2": failed to resolve reference
        "ghcr.io/shop/tool:2": failed to authorize: failed to fetch anonymous token:
        unexpected status from GET request to
        https://ghcr.io/token?scope=repository%3Ashop%2Ftool%3Apull&service=ghcr.io:
        403 Forbidden

        What may help:
          If the image exists, the cluster needs a pull secret for its registry:
            kubectl create secret docker-registry pull -n shop \\
              --docker-server=ghcr.io --docker-username=NAME --docker-password=PASSWORD
          and the Pod must name it:
            imagePullSecrets: ["pull"]

        Next:
          Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
          To see more: kubectl describe pod -n shop web-3f2a1b0c
          To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
      `);
  });

  test("of a Secret that is missing for a variable", () => {
    const message = 'secret "api-token" not found';
    const pod = podOf({ init: { ask: { state: waiting("CreateContainerConfigError", message) } } });
    expect(
      report({ pod, verdict: { kind: "failed", container: "ask", reason: "CreateContainerConfigError", message } }),
    ).toMatchInlineSnapshot(`
      "init container "ask" of Pod shop/web-3f2a1b0c failed:
      it can't be configured (CreateContainerConfigError): secret "api-token" not
      found

      What may help:
        Create the Secret "api-token" in namespace shop, in this program or by
        hand:
          kubectl create secret generic api-token -n shop --from-literal=KEY=VALUE

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl describe pod -n shop web-3f2a1b0c
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of an image that runs as root where that is not allowed", () => {
    const message =
      'container has runAsNonRoot and image will run as root (pod: "web-3f2a1b0c_shop(8a0d)", container: app)';
    const pod = podOf({
      app: { state: waiting("CreateContainerConfigError", message) },
      spec: { app: { image: "nginx:1.29", ...restricted.container } },
      podSpec: noIds,
    });
    expect(
      report({ pod, verdict: { kind: "failed", container: "app", reason: "CreateContainerConfigError", message } }),
    ).toMatchInlineSnapshot(`
      "container "app" of Pod shop/web-3f2a1b0c failed:
      it can't be configured (CreateContainerConfigError): container has
      runAsNonRoot and image will run as root

      What may help:
        "nginx:1.29" runs as root, or as a user that it gives by name. Name a
        number that it works with:
          podSpec: { securityContext: { runAsUser: 1000 } }
        or let the image decide, root included:
          security: "baseline"

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl describe pod -n shop web-3f2a1b0c
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of a Pod that no node can take", () => {
    const message =
      "0/3 nodes are available: 1 Insufficient memory, 2 node(s) had untolerated taint {gpu: true}. preemption: 0/3 nodes " +
      "are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.";
    const pod: Pod = { metadata: podOf({}).metadata, spec: {}, status: { phase: "Pending" } };
    const events = [warning("FailedScheduling", message, 1)];
    expect(report({ pod, verdict: { kind: "failed", reason: "Unschedulable", message }, events }))
      .toMatchInlineSnapshot(`
        "Pod shop/web-3f2a1b0c failed:
        no node can take it (Unschedulable): of 3 nodes: 2 with taints that it does
        not tolerate (gpu=true), 1 without enough memory left

        What may help:
          Lower resources.requests, or add a node: a Pod needs room for the larger
          of its largest init step and its app.
          Add podSpec.tolerations for the nodes' taints.

        Next:
          Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
          To see more: kubectl describe pod -n shop web-3f2a1b0c
          To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
      `);
  });

  test("of a missing executable", () => {
    const message =
      "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable " +
      'to start container process: error during container init: exec: "migrate": executable file not found in $PATH';
    const pod = podOf({ init: { migrate: { state: ended(128, 0, 0, { reason: "StartError", message }) } } });
    expect(report({ pod, verdict: { kind: "failed", container: "migrate", reason: "StartError", message } }))
      .toMatchInlineSnapshot(`
      "init container "migrate" of Pod shop/web-3f2a1b0c failed:
      it can't be started (StartError): exec: "migrate": executable file not found
      in $PATH

      What may help:
        The command is not in "busybox:1.37": check the command, its path, and the
        image. A minimal image may have no shell.

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl describe pod -n shop web-3f2a1b0c
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });
});
