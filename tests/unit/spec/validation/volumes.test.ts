import { describe, expect, test } from "vitest";
import { fields, fixes } from "../problems.ts";

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
});
