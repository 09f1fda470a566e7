import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { type Fields, podSchema } from "../../../../components/spec/merging/schema.ts";
import { rawArguments } from "../../../fixtures/rawFields/arbitrary.ts";
import { container, run, spec, steps, url } from "../podSpec.ts";

const app = { ...container, port: 8080 };

/** The app container where it is given `raw` in its own fields, and where it is given them by podSpec. */
function apps(raw: Fields, more: Partial<InitPodArgs["container"]> = {}): Fields[] {
  return [
    spec({ container: { ...app, ...more, container: raw } }).containers[0],
    spec({ container: { ...app, ...more }, podSpec: { containers: [{ name: "app", ...raw }] } }).containers[0],
  ];
}

describe("what the user says displaces a default", () => {
  const timing = { periodSeconds: 1, timeoutSeconds: 3 };

  test.each<[object]>([
    [{ exec: { command: ["true"] } }],
    [{ grpc: { port: 8080 } }],
    [{ httpGet: { path: "/", port: 8080 } }],
    [{ tcpSocket: { port: 9090 } }],
  ])("the probe's handler: %j", (handler) => {
    for (const { readinessProbe } of apps({ readinessProbe: handler })) {
      expect(readinessProbe).toEqual({ ...timing, ...handler });
    }
    const [withPath] = apps({ readinessProbe: { exec: { command: ["true"] } } }, { readyPath: "/up" });
    expect(withPath?.readinessProbe).toEqual({ ...timing, exec: { command: ["true"] } });
  });

  test("a handler that is named as null or undefined displaces nothing else", () => {
    const [kept] = apps({ readinessProbe: { exec: null, grpc: undefined, periodSeconds: 5 } });

    expect(kept?.readinessProbe).toEqual({ tcpSocket: { port: 8080 }, periodSeconds: 5, timeoutSeconds: 3 });
  });

  test("a variable's value by valueFrom, and the other way around", () => {
    const fieldRef = { fieldRef: { fieldPath: "metadata.name" } };
    for (const { env } of apps({ env: [{ name: "A", valueFrom: fieldRef }] }, { env: { A: "a" } })) {
      expect(env).toContainEqual({ name: "A", valueFrom: fieldRef });
    }
    const secretEnv = { A: { secret: "s", key: "k" } };
    for (const { env } of apps({ env: [{ name: "A", value: "a" }] }, { secretEnv })) {
      expect(env).toContainEqual({ name: "A", value: "a" });
    }
    for (const { env } of apps({ env: [{ name: "A", valueFrom: fieldRef }] }, { secretEnv })) {
      expect(env).toContainEqual({ name: "A", valueFrom: fieldRef });
    }
  });

  test("a volume's source, whether this version knows it or not", () => {
    const volumes = { a: { emptyDir: {} }, b: { secret: "s" } };
    const patch = [
      { name: "a", nfs: { server: "s", path: "/" } },
      { name: "b", brandNew: {} },
      { name: "tmp", emptyDir: { medium: "Memory" } },
    ];

    expect(spec({ volumes, podSpec: { volumes: patch } }).volumes).toEqual([
      { name: "a", nfs: { server: "s", path: "/" } },
      { name: "b", brandNew: {} },
      { name: "tmp", emptyDir: { sizeLimit: "256Mi", medium: "Memory" } },
    ]);
  });

  test("a mount of another volume at the same path, with or without a slash at its end, and how that was mounted", () => {
    const volumes = { data: { mountPath: "/data", readOnly: true }, more: {} };
    for (const mountPath of ["/data", "/data/"]) {
      const own = { name: "more", mountPath, subPath: "a" };
      const { volumeMounts } = spec({
        volumes,
        podSpec: { containers: [{ name: "app", volumeMounts: [own] }] },
      }).containers[0];
      expect(volumeMounts?.filter((mount) => mount.mountPath.startsWith("/data"))).toEqual([own]);
    }
  });

  test("subPath by subPathExpr", () => {
    const layers = spec({
      volumes: { data: {} },
      container: { ...app, container: { volumeMounts: [{ name: "data", mountPath: "/data", subPath: "a" }] } },
      podSpec: { containers: [{ name: "app", volumeMounts: [{ mountPath: "/data", subPathExpr: "$(A)" }] }] },
    });

    expect(layers.containers[0].volumeMounts).toContainEqual({ name: "data", mountPath: "/data", subPathExpr: "$(A)" });
  });

  test("no escalation and fewer capabilities, where it is privileged", () => {
    for (const { securityContext } of apps({ securityContext: { privileged: true } })) {
      expect(securityContext).toEqual({ privileged: true, readOnlyRootFilesystem: true });
    }
    const own = { privileged: true, allowPrivilegeEscalation: false, capabilities: { drop: ["NET_RAW"] } };
    for (const { securityContext } of apps({ securityContext: own })) {
      expect(securityContext).toEqual({ ...own, readOnlyRootFilesystem: true });
    }
  });

  test("no escalation, where it adds CAP_SYS_ADMIN, and the drop of all, where it adds all", () => {
    for (const { securityContext } of apps({ securityContext: { capabilities: { add: ["CAP_SYS_ADMIN"] } } })) {
      expect(securityContext).toEqual({
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"], add: ["CAP_SYS_ADMIN"] },
      });
    }
    for (const { securityContext } of apps({ securityContext: { capabilities: { add: ["ALL"] } } })) {
      expect(securityContext).toMatchObject({ capabilities: { add: ["ALL"] } });
      expect(securityContext).not.toHaveProperty("capabilities.drop");
    }
  });

  test("the type of a seccomp profile, whose file goes with type Localhost alone", () => {
    const of = (seccompProfile: object): unknown =>
      spec({ podSpec: { securityContext: { seccompProfile } } }).securityContext;

    expect(of({ type: "Localhost", localhostProfile: "a.json" })).toMatchObject({
      seccompProfile: { type: "Localhost", localhostProfile: "a.json" },
    });
    expect(of({ localhostProfile: "a.json" })).toHaveProperty("seccompProfile", { localhostProfile: "a.json" });
    const layers = spec({
      container: {
        ...app,
        container: { securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "a" } } },
      },
      podSpec: { containers: [{ name: "app", securityContext: { seccompProfile: { type: "RuntimeDefault" } } }] },
    });
    expect(layers.containers[0].securityContext).toHaveProperty("seccompProfile", { type: "RuntimeDefault" });
  });

  test("all that only Linux has, where the Pod is one of Windows", () => {
    const { securityContext, containers, initContainers } = spec({
      init: [{ container: { image: "b" } }],
      podSpec: { os: { name: "windows" } },
    });

    expect(securityContext).toEqual({ runAsNonRoot: true });
    for (const one of [...containers, ...(initContainers ?? [])]) expect(one).not.toHaveProperty("securityContext");
  });

  test("requests: none are asked for that nobody gave", () => {
    const limits = { memory: "10Mi" };
    const all = steps({
      init: [{ run }, { download: { url, to: "/data/x" } }, { container: { image: "b", resources: { limits } } }],
    });

    expect(all.map(({ resources }) => resources)).toEqual([undefined, undefined, { limits }]);
  });

  test("the name of the Service's port, where another port has it", () => {
    const { serviceSpec } = manifest({
      container: app,
      service: {
        spec: {
          ports: [
            { name: "http-8080", port: 80 },
            { name: "http-8080-2", port: 8080, protocol: "UDP" },
          ],
        },
      },
    });

    expect(serviceSpec?.ports).toEqual([
      { name: "http-8080-3", port: 8080, targetPort: 8080 },
      { name: "http-8080", port: 80 },
      { name: "http-8080-2", port: 8080, protocol: "UDP" },
    ]);
  });
});

describe("lists are merged by Kubernetes' keys", () => {
  test("ports of a container by containerPort and protocol", () => {
    for (const { ports } of apps({
      ports: [
        { containerPort: 8080, name: "web" },
        { containerPort: 8080, protocol: "UDP" },
      ],
    })) {
      expect(ports).toEqual([
        { containerPort: 8080, name: "web" },
        { containerPort: 8080, protocol: "UDP" },
      ]);
    }
    for (const { ports } of apps({ ports: [{ containerPort: 8080, protocol: "TCP", $patch: "delete" }] })) {
      expect(ports).toEqual([]);
    }
  });

  test("ports of a Service by port and protocol", () => {
    const { serviceSpec } = manifest({
      container: app,
      service: { spec: { ports: [{ port: 8080, nodePort: 30_080 }] } },
    });

    expect(serviceSpec?.ports).toEqual([{ name: "http-8080", port: 8080, targetPort: 8080, nodePort: 30_080 }]);
  });

  test("atomic ones are replaced as a whole", () => {
    const { securityContext } = spec({
      container: { ...app, container: { securityContext: { capabilities: { drop: ["NET_RAW"] } } } },
    }).containers[0];

    expect(securityContext).toMatchObject({ capabilities: { drop: ["NET_RAW"] } });
  });
});

describe("whatever raw fields are given", () => {
  const all = (args: InitPodArgs): Fields[] => {
    const { containers, initContainers = [] } = manifest(args).podSpec as unknown as Record<string, Fields[]>;
    return [...initContainers, ...(containers ?? [])];
  };
  const list = (value: unknown): Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);

  test("no one-of has two fields, no key is there twice, and no default is in the way of another", () => {
    fc.assert(
      fc.property(rawArguments, (args) => {
        const { volumes } = manifest(args).podSpec as unknown as { volumes: Fields[] };
        for (const volume of volumes) expect(Object.keys(volume)).toHaveLength(2);
        for (const one of all(args)) {
          for (const variable of list(one.env)) expect(Object.keys(variable)).toHaveLength(2);
          for (const mount of list(one.volumeMounts)) expect("subPath" in mount && "subPathExpr" in mount).toBe(false);
          for (const field of ["readinessProbe", "livenessProbe"]) {
            const handlers = Object.keys((one[field] ?? {}) as Fields).filter((name) =>
              (podSchema.exclusive.readinessProbe as { of: string[] }).of.includes(name),
            );
            expect(handlers).toHaveLength(one[field] === undefined ? 0 : 1);
          }
          const keyed = [
            list(one.ports).map(
              ({ containerPort, protocol = "TCP" }) => `${String(containerPort)}/${String(protocol)}`,
            ),
          ];
          keyed.push(list(one.volumeMounts).map(({ mountPath }) => String(mountPath).replace(/\/$/, "")));
          keyed.push(list(one.env).map(({ name }) => String(name)));
          for (const keys of keyed) expect(new Set(keys).size).toBe(keys.length);
          const { privileged, allowPrivilegeEscalation } = (one.securityContext ?? {}) as Fields;
          expect(privileged === true && allowPrivilegeEscalation === false).toBe(false);
        }
      }),
    );
  });

  test("all that podSpec says is in the Pod", () => {
    const holds = (whole: unknown, part: unknown): void => {
      if (Array.isArray(part)) return;
      if (typeof part !== "object" || part === null) expect(whole).toEqual(part);
      else for (const [name, value] of Object.entries(part)) holds((whole as Fields)[name], value);
    };
    fc.assert(
      fc.property(rawArguments, (args) => {
        const found = manifest(args).podSpec as unknown as Record<string, Fields[]>;
        for (const name of ["containers", "initContainers", "volumes"]) {
          for (const part of list(args.podSpec?.[name])) {
            holds(
              found[name]?.find((one) => one.name === part.name),
              part,
            );
          }
        }
        holds(found, { ...args.podSpec, containers: [], initContainers: [], volumes: [] });
      }),
    );
  });
});
