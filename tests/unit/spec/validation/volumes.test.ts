import { describe, expect, test } from "vitest";
import { fields, fixes, good } from "../problems.ts";

describe("volumes", () => {
  test("have one source, a name and a path of their own", () => {
    expect(
      fields({
        volumes: {
          Bad: {},
          two: { configMap: "a", secret: "b" },
          rel: { mountPath: "x" },
          colon: { mountPath: "/a:b" },
        },
      }),
    ).toEqual(["volumes.Bad", "volumes.two", "volumes.rel.mountPath", "volumes.colon.mountPath"]);
    const [longest, tooLong] = ["a".repeat(63), "a".repeat(64)];
    expect(fields({ volumes: { [longest]: {}, [tooLong]: {} } })).toEqual([`volumes.${tooLong}`]);
    expect(fields({ volumes: { a: { mountPath: "/x" }, b: { mountPath: "/x", mountIn: "app" } } })).toEqual([
      "volumes.b.mountPath",
    ]);
    expect(
      fields({ volumes: { a: { mountPath: "/x", mountIn: "init" }, b: { mountPath: "/x", mountIn: "app" } } }),
    ).toEqual([]);
  });

  test("that a step writes to can be written to by it", () => {
    expect(fixes({ volumes: { conf: { mountPath: "/data", configMap: "c" } } })["init[0]"]).toContain(
      "can't be written to",
    );
    expect(fixes({ volumes: { mine: { mountPath: "/data", mountIn: "app" } } })["init[0]"]).toContain(
      "only the app mounts",
    );
    expect(fields({ volumes: { data: { mountPath: "/data" } } })).toEqual([]);
  });

  test("are mounted in part by a relative path, where they are mounted at all", () => {
    const subPath = (given: unknown) => fields({ volumes: { v: { mountPath: "/v", subPath: given } } });
    for (const good of ["a", "a/b.c", ".hidden"]) expect(subPath(good)).toEqual([]);
    for (const bad of ["", "/a", "a/", "a//b", "..", "a/../b", "./a", ".", "a\nb", 1]) {
      expect(subPath(bad)).toEqual(["volumes.v.subPath"]);
    }
    expect(fixes({ volumes: { v: { subPath: "a" } } })).toEqual({
      "volumes.v.subPath": "needs mountPath: where it is mounted",
    });
  });

  test("have files with keys and permissions where they are of a ConfigMap or a Secret", () => {
    const source = { configMap: "c", mountPath: "/v" };
    const fix = "is for the files of a configMap or secret; remove it";
    for (const other of [{}, { claim: "c" }, { emptyDir: {} }]) {
      expect(fixes({ volumes: { v: { ...other, items: { a: "a" }, mode: "0400" } } })).toEqual({
        "volumes.v.items": fix,
        "volumes.v.mode": fix,
      });
    }
    expect(fields({ volumes: { v: { ...source, items: { a: "x/y", "b.c": "z" }, mode: "0400" } } })).toEqual([]);
    expect(fields({ volumes: { v: { ...source, mode: "rw" } } })).toEqual(["volumes.v.mode"]);
    expect(fields({ volumes: { v: { ...source, items: {} } } })).toEqual(["volumes.v.items"]);
    expect(fixes({ volumes: { v: { ...source, items: { a: "../x", "b c": "y", d: "z", e: "z" } } } })).toEqual({
      "volumes.v.items.a": expect.stringContaining("must be a relative path") as string,
      "volumes.v.items.b c": expect.stringContaining("must be a key of a Secret") as string,
      "volumes.v.items.e": "is the path of d too; choose another",
    });
  });
});

describe("what the app writes to", () => {
  const of = (writes: string[], more: object = {}) => fixes({ container: { ...good.container, writes }, ...more });

  test("is a folder of a step, or lies in one", () => {
    expect(of(["/data", "/data/deep"])).toEqual({});
    expect(of(["data"])).toEqual({ "container.writes[0]": expect.stringContaining("absolute path") as string });
    expect(of(["/data", "/other"])).toEqual({
      "container.writes[1]":
        "lies in no folder that a step writes to (/data); give the app a volume with this mountPath",
    });
    expect(of(["/data"], { init: [{ run: { script: "true" } }] })).toEqual({
      "container.writes[0]":
        "lies in no folder that a step writes to, as none does; give the app a volume with this mountPath",
    });
  });

  test("can be written to, where it lies in a volume", () => {
    const inVolume = (volume: object) =>
      Object.values(of(["/v/a"], { volumes: { v: { mountPath: "/v", ...volume } } }));
    expect(inVolume({})).toEqual([]);
    expect(inVolume({ claim: "c", mountIn: "app" })).toEqual([]);
    expect(inVolume({ readOnly: true })).toEqual(["lies in volume v, which is readOnly in the app; remove that"]);
    expect(inVolume({ configMap: "c" })).toEqual([
      "lies in volume v, which can't be written to; choose another folder",
    ]);
    expect(inVolume({ mountIn: "init" })).toEqual(['lies in volume v, which only steps mount; set mountIn to "all"']);
  });
});
