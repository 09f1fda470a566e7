import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { run, spec } from "../podSpec.ts";

describe("security", () => {
  const restricted = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  };

  test("is restricted by default, in every container", () => {
    const {
      securityContext,
      initContainers = [],
      containers,
    } = spec({ init: [{ run }, { container: { image: "b" } }] });

    expect(securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      fsGroup: 65_532,
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const one of [...initContainers, ...containers]) expect(one.securityContext).toEqual(restricted);
  });

  test("of one step is what that says, over what all say, and displaces what can't stay beside it", () => {
    const of = (securityContext: object, more: Partial<InitPodArgs> = {}) =>
      spec({ init: [{ run, securityContext }, { run }], ...more }).initContainers?.map((one) => one.securityContext);

    expect(of({ readOnlyRootFilesystem: false, runAsUser: 1000 })).toEqual([
      { ...restricted, readOnlyRootFilesystem: false, runAsUser: 1000 },
      restricted,
    ]);
    expect(of({ readOnlyRootFilesystem: null, capabilities: { add: ["NET_BIND_SERVICE"] } })?.[0]).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
    });
    expect(of({ privileged: true, runAsNonRoot: false })?.[0]).toEqual({
      privileged: true,
      runAsNonRoot: false,
      readOnlyRootFilesystem: true,
    });
    expect(of({ runAsUser: 1 }, { security: "image" })).toEqual([{ runAsUser: 1 }, undefined]);
    const podSpec = { initContainers: [{ name: "run", securityContext: { runAsUser: 2 } }] };
    expect(of({ runAsUser: 1, runAsGroup: 3 }, { podSpec })?.[0]).toMatchObject({ runAsUser: 2, runAsGroup: 3 });
  });

  test("without ids leaves them to the cluster", () => {
    const { securityContext } = spec({ security: "restricted-no-ids" });

    expect(securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
  });

  test("of the level baseline is a seccomp profile, and nothing else that an image could miss", () => {
    const {
      securityContext,
      initContainers = [],
      containers,
      volumes,
    } = spec({ init: [{ run }], security: "baseline" });

    expect(securityContext).toEqual({ seccompProfile: { type: "RuntimeDefault" } });
    for (const one of [...initContainers, ...containers]) {
      for (const field of ["securityContext", "env", "volumeMounts"]) expect(one).not.toHaveProperty(field);
    }
    expect(volumes).toBeUndefined();
  });

  test("of the level baseline lets a container run as root", () => {
    const root = { container: { image: "a", container: { securityContext: { runAsUser: 0 } } } };
    expect(problemsOf({ ...root, security: "baseline" })).toEqual([]);
    expect(problemsOf(root)).toHaveLength(1);
  });

  test("of a Pod of Windows has nothing that only Linux has", () => {
    const podSpec = { os: { name: "windows" } };
    expect(spec({ podSpec }).securityContext).toEqual({ runAsNonRoot: true });
    for (const security of ["baseline", "image"] as const) {
      expect(spec({ podSpec, security })).not.toHaveProperty("securityContext");
    }
  });

  test("gives steps and app a scratch space and a home, and not the same one", () => {
    const { initContainers, containers, volumes } = spec({ init: [{ run }] });
    const both = [initContainers?.[0], containers[0]];

    expect(both.map((one) => one?.env)).toEqual([[{ name: "HOME", value: "/tmp" }], [{ name: "HOME", value: "/tmp" }]]);
    expect(both.map((one) => one?.volumeMounts)).toEqual([
      [{ name: "init-tmp", mountPath: "/tmp" }],
      [{ name: "tmp", mountPath: "/tmp" }],
    ]);
    expect(volumes?.map(({ name }) => name)).toEqual(["init-tmp", "tmp"]);
  });

  test("leaves a home and a /tmp of the user's own alone", () => {
    const { containers, volumes } = spec({
      container: { image: "a", env: { HOME: "/home/me" } },
      volumes: { scratch: { mountPath: "/tmp" } },
    });

    expect(containers[0].env).toEqual([{ name: "HOME", value: "/home/me" }]);
    expect(containers[0].volumeMounts).toEqual([{ name: "scratch", mountPath: "/tmp" }]);
    expect(volumes?.map(({ name }) => name)).toEqual(["scratch"]);
  });

  test("never mounts a service account's token nor lists Services in the environment", () => {
    for (const security of ["restricted", "restricted-no-ids", "baseline", "image"] as const) {
      expect(spec({ security })).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    }
  });
});
