import { describe, expect, test } from "vitest";
import { identityOf, nameOf } from "../../../components/contract/identity.ts";

const urn = "urn:pulumi:dev::shop::init-pod:index:InitPod::web";

describe("the identity of an InitPod", () => {
  test("is another one each time, even where the URN is the same", () => {
    const [mine, yours] = [identityOf(urn, "web"), identityOf(urn, "web")];
    expect(mine.id).toMatch(/^web-[0-9a-f]{10}$/);
    expect(mine.id).not.toBe(yours.id);
    expect(mine.selector).toEqual({ "init-pod.dev/id": mine.id });
    expect(mine.labels).toMatchObject({
      ...mine.selector,
      "app.kubernetes.io/name": "web",
      "app.kubernetes.io/instance": "shop-dev",
      "app.kubernetes.io/managed-by": "init-pod",
    });
  });

  test("tells the name", () => {
    for (const name of ["web", "web-0123456789", "a.b_C"]) expect(nameOf(identityOf(urn, name).id)).toBe(name);
    expect(nameOf("web")).toBe("web");
  });

  test("has label values that Kubernetes takes, whatever the names are", () => {
    for (const name of ["ünï cödé", "x".repeat(200), `${"x".repeat(51)}-y`, "-", "", "a/b:c"]) {
      for (const value of Object.values(identityOf(urn, name).labels)) {
        expect(value).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
      }
    }
  });
});
