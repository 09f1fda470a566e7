import { describe, expect, test } from "vitest";
import {
  forwardKey,
  type ForwardRequest,
  listDesired,
  readDesired,
  removeForward,
  samePlace,
  writeDesired,
} from "../../../../components/forward/state/desired.ts";
import { temporaryFolder } from "../helpers";

describe("forwards", () => {
  const request: ForwardRequest = {
    id: "web-0123456789",
    name: "web",
    access: {},
    clusterUid: "uid",
    context: "c",
    server: "https://one",
    namespace: "default",
    selector: { a: "1", b: "2" },
    podPort: 80,
    localPort: 20_000,
    protocol: "http",
  };

  test("are told apart by the InitPod, wherever its Pod lies", () => {
    const moved = { ...request, clusterUid: "other", server: "https://other", namespace: "other", localPort: 20_001 };
    expect(forwardKey(moved)).toBe(forwardKey(request));
    expect(forwardKey({ ...request, id: "web-9876543210" })).not.toBe(forwardKey(request));
    expect(forwardKey({ id: "../../a b/C" })).toMatch(/^[0-9a-f]{20}$/);
  });

  test("are read as their files are now, however often", () => {
    const folder = temporaryFolder();
    const key = forwardKey(request);
    for (const localPort of [20_000, 20_001, 20_002, 20_001]) {
      const { revision } = writeDesired(folder, { ...request, localPort }, "1.0.0");
      expect(readDesired(folder, key)).toEqual(listDesired(folder)[0]);
      expect(readDesired(folder, key)).toMatchObject({ revision, forward: { localPort } });
    }
    removeForward(folder, key);
    expect(readDesired(folder, key)).toBeUndefined();
  });

  test("lead to one place where cluster and namespace are the same, whatever the way to the cluster", () => {
    expect(samePlace(request, { ...request, server: "https://other", context: "d" })).toBe(true);
    const elsewhere = [{ namespace: "other" }, { clusterUid: "other" }];
    for (const other of elsewhere) expect(samePlace(request, { ...request, ...other })).toBe(false);
    // Without the right to read the cluster's uid, its address tells.
    const nameless = { ...request, clusterUid: "" };
    expect(samePlace(nameless, { ...nameless })).toBe(true);
    expect(samePlace(nameless, { ...nameless, server: "https://other" })).toBe(false);
  });
});
