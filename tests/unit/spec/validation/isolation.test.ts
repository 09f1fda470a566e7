import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";

const password = { secret: "db", key: "password" };
const user = { secret: "db", key: "user" };
const run = { script: "true" };
const image = "app:1";
const fromSecret = (name: string, key: string): object => ({ name: "X", valueFrom: { secretKeyRef: { name, key } } });

function leaks(args: Partial<InitPodArgs>): string[] {
  const init = [{ run, secretEnv: { PASSWORD: password } }];
  return problemsOf({ init, container: { image }, ...args }).map(
    ({ field, value, fix }) => `${field} = ${value}: ${fix}`,
  );
}

const whole = { name: "v", secret: { secretName: "db" } };
const mount = { name: "v", mountPath: "/v" };
const leaking: Record<string, Partial<InitPodArgs>> = {
  "container.secretEnv.P": { container: { image, secretEnv: { P: password } } },
  "container.container.env.X": { container: { image, container: { env: [fromSecret("db", "password")] } } },
  "container.container.envFrom": { container: { image, container: { envFrom: [{ secretRef: { name: "db" } }] } } },
  "volumes.creds": { volumes: { creds: { secret: "db", mountPath: "/creds" } } },
  "volumes.byhand": {
    volumes: { byhand: { secret: "db", mountIn: "init" } },
    container: { image, container: { volumeMounts: [{ name: "byhand", mountPath: "/x" }] } },
  },
  "podSpec.containers.app.env.X": { podSpec: { containers: [{ name: "app", env: [fromSecret("db", "password")] }] } },
  "podSpec.containers.other.envFrom": {
    podSpec: { containers: [{ name: "other", envFrom: [{ secretRef: { name: "db" } }] }] },
  },
  "podSpec.volumes.v": { podSpec: { volumes: [whole], containers: [{ name: "app", volumeMounts: [mount] }] } },
};

describe("a Secret that is given to a step is refused where the app could see it", () => {
  test.each(Object.entries(leaking))("by %s", (field, args) => {
    const found = leaks(args);

    expect(found[0]).toContain(`{"secret":"db","key":"password"}: the app can read it as well, by ${field};`);
  });

  test("by items of a mounted Secret that name its key, also in a projected volume", () => {
    const app = [{ name: "app", volumeMounts: [mount] }];
    const withKey = (key: string): object[] => [
      { name: "v", secret: { secretName: "db", items: [{ key, path: "x" }] } },
      { name: "v", projected: { sources: [{ secret: { name: "db", items: [{ key, path: "x" }] } }] } },
    ];

    for (const volume of withKey("password"))
      expect(leaks({ podSpec: { containers: app, volumes: [volume] } })).toHaveLength(1);
    for (const volume of withKey("user"))
      expect(leaks({ podSpec: { containers: app, volumes: [volume] } })).toEqual([]);
  });

  test("by items of a volume that name its key", () => {
    const app = (key: string) => leaks({ volumes: { v: { secret: "db", mountPath: "/v", items: { [key]: "x" } } } });
    expect(app("password")[0]).toContain("the app can read it as well, by volumes.v;");
    expect(app("user")).toEqual([]);
    const step = (key: string) =>
      leaks({
        init: [],
        container: { image, secretEnv: { P: password } },
        volumes: { v: { secret: "db", mountPath: "/v", mountIn: "init", items: { other: "o", [key]: "x" } } },
      });
    expect(step("password")).toEqual([
      'volumes.v = {"secret":"db","key":"password"}: the app can read it as well, by container.secretEnv.P; remove it there or give the app another Secret',
    ]);
    expect(step("user")).toEqual([]);
  });

  test("by a process namespace that a sidecar shares with it", () => {
    const init = [{ run, sidecar: true, secretEnv: { PASSWORD: password } }];

    expect(leaks({ init, podSpec: { shareProcessNamespace: true } })[0]).toContain("podSpec.shareProcessNamespace");
  });

  test("be it given as a header or as a volume of the steps alone", () => {
    const container = { image, secretEnv: { P: password } };
    const download = { url: "https://x/", to: "/d/f", secretHeaders: { Authorization: password } };

    expect(leaks({ container, init: [{ download }] })[0]).toContain("init[0].download.secretHeaders.Authorization");
    expect(
      leaks({ container, init: [], volumes: { v: { secret: "db", mountPath: "/v", mountIn: "init" } } })[0],
    ).toContain("volumes.v");
  });
});

describe("a Secret that is given to a step is accepted where the app", () => {
  test("reads another key of it, or another Secret", () => {
    expect(leaks({ container: { image, secretEnv: { U: user, O: { secret: "other", key: "password" } } } })).toEqual(
      [],
    );
  });

  test("can't reach the volume that holds it", () => {
    expect(leaks({ volumes: { v: { secret: "db", mountPath: "/v", mountIn: "init" } } })).toEqual([]);
    expect(leaks({ podSpec: { volumes: [whole] } })).toEqual([]);
  });
});
