import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { container, html, mounts, run, spec, steps, url } from "../podSpec.ts";

describe("volumes", () => {
  test("come from what steps write, one for each folder, the outermost of nested ones", () => {
    const writes = ["/data/a/deep/x", "/data/a/y", "/data/ab/z", "/data/a/z"];
    const args = { init: [{ run: { ...run, writes } }, { run }] };

    expect(steps(args).map(mounts)).toEqual([
      ["/data/a:data-a", "/data/ab:data-ab"],
      ["/data/a:data-a", "/data/ab:data-ab"],
    ]);
    expect(mounts(spec(args).containers[0])).toEqual(["/data/a:data-a:ro", "/data/ab:data-ab:ro"]);
    expect(spec(args).volumes).toContainEqual({ name: "data-a", emptyDir: { sizeLimit: "1Gi" } });
  });

  test("that the user declares serve what steps write in them", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ download: { url, to: html } }],
      volumes: { site: { mountPath: "/usr/share/nginx", readOnly: true } },
    };

    expect(mounts(steps(args)[0])).toEqual(["/usr/share/nginx:site"]);
    expect(mounts(spec(args).containers[0])).toEqual(["/usr/share/nginx:site:ro"]);
  });

  test("are mounted where they are to be", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ run }],
      volumes: {
        creds: { secret: "db", mountPath: "/creds", mountIn: "init" },
        conf: { configMap: "nginx", mountPath: "/conf", mountIn: "app" },
        data: { claim: "data", mountPath: "/data" },
        idle: { emptyDir: { sizeLimit: "1Mi", memory: true } },
      },
    };

    expect(mounts(steps(args)[0])).toEqual(["/creds:creds", "/data:data"]);
    expect(mounts(spec(args).containers[0])).toEqual(["/conf:conf", "/data:data"]);
    expect(spec(args).volumes?.slice(0, 4)).toEqual([
      { name: "creds", secret: { secretName: "db" } },
      { name: "conf", configMap: { name: "nginx" } },
      { name: "data", persistentVolumeClaim: { claimName: "data" } },
      { name: "idle", emptyDir: { sizeLimit: "1Mi", medium: "Memory" } },
    ]);
  });

  test("are folders of at most 1Gi on disk, mounted everywhere to write to, where nothing else is said", () => {
    const args = { init: [{ run }], volumes: { one: { mountPath: "/one" }, two: { emptyDir: {} } } };

    expect(spec(args).volumes?.slice(0, 2)).toEqual([
      { name: "one", emptyDir: { sizeLimit: "1Gi" } },
      { name: "two", emptyDir: { sizeLimit: "1Gi" } },
    ]);
    expect([steps(args)[0], spec(args).containers[0]].map(mounts)).toEqual([["/one:one"], ["/one:one"]]);
  });

  test("that plain Kubernetes mounts elsewhere are not mounted twice", () => {
    const args: Partial<InitPodArgs> = {
      volumes: { shared: { mountPath: "/shared" } },
      init: [{ container: { image: "a", volumeMounts: [{ name: "shared", mountPath: "/out" }] } }],
    };

    expect(mounts(steps(args)[0])).toEqual(["/out:shared"]);
    expect(mounts(spec(args).containers[0])).toEqual(["/shared:shared"]);
  });

  test("stay writable for the app where another volume is mounted inside", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ run: { ...run, writes: ["/data/x"] } }],
      volumes: { cache: { mountPath: "/data/cache", mountIn: "app" } },
    };

    expect(mounts(spec(args).containers[0])).toEqual(["/data/cache:cache", "/data:data"]);
  });

  test("are mounted in part, of chosen keys and with permissions, where they say so", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ run }],
      volumes: {
        conf: {
          configMap: "nginx",
          mountPath: "/etc/app.ini",
          subPath: "conf/app.ini",
          items: { ini: "conf/app.ini" },
        },
        creds: { secret: "db", mountPath: "/creds", mode: "0440", items: { user: "user", password: "pw" } },
        data: { claim: "data", mountPath: "/data", subPath: "shop" },
      },
    };

    const subPaths = [steps(args)[0], spec(args).containers[0]].map((one) =>
      one?.volumeMounts?.flatMap(({ name, ...mount }) => ("subPath" in mount ? [[name, mount.subPath]] : [])),
    );
    expect(subPaths).toEqual(
      Array.from({ length: 2 }, () => [
        ["conf", "conf/app.ini"],
        ["data", "shop"],
      ]),
    );
    expect(spec(args).volumes?.slice(0, 3)).toEqual([
      { name: "conf", configMap: { name: "nginx", items: [{ key: "ini", path: "conf/app.ini" }] } },
      {
        name: "creds",
        secret: {
          secretName: "db",
          items: [
            { key: "user", path: "user" },
            { key: "password", path: "pw" },
          ],
          defaultMode: 0o440,
        },
      },
      { name: "data", persistentVolumeClaim: { claimName: "data" } },
    ]);
    expect(spec({ volumes: { a: { configMap: "c", mode: "644" } } }).volumes?.[0]).toMatchObject({
      configMap: { defaultMode: 420 },
    });
  });

  test("of steps are the app's to write to where it says so, each by itself", () => {
    const writes = ["/data/a/x", "/data/b/y", "/data/c/z"];
    const app = { ...container, writes: ["/data/a", "/data/c/deep/er"] };

    expect(mounts(spec({ init: [{ run: { ...run, writes } }], container: app }).containers[0])).toEqual([
      "/data/a:data-a",
      "/data/b:data-b:ro",
      "/data/c:data-c",
    ]);
  });

  test("get around the names of the user's volumes", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ run: { ...run, writes: ["/data/x"] } }],
      volumes: { data: { mountPath: "/other" }, tmp: {} },
    };

    expect(spec(args).volumes?.map(({ name }) => name)).toEqual(["data", "tmp", "data-2", "init-tmp", "tmp-2"]);
  });
});
