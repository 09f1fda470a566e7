import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { html, mounts, run, spec, steps, url } from "../podSpec.ts";

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

  test("get around the names of the user's volumes", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ run: { ...run, writes: ["/data/x"] } }],
      volumes: { data: { mountPath: "/other" }, tmp: {} },
    };

    expect(spec(args).volumes?.map(({ name }) => name)).toEqual(["data", "tmp", "data-2", "init-tmp", "tmp-2"]);
  });
});
