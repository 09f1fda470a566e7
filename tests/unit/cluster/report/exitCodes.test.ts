import { expect, test } from "vitest";
import { explainExit } from "../../../../components/cluster/report/exitCodes.ts";

test.each([
  [126, "not executable"],
  [127, "not found"],
  [139, "segmentation fault"],
  [143, "SIGTERM"],
])("exit code %i is explained for any image: %s", (code, text) => {
  expect(explainExit(code)).toContain(text);
});

test("curl's exit codes are explained for curl alone", () => {
  expect(explainExit(6, "curlimages/curl:8")).toContain("resolved");
  expect(explainExit(6, "busybox")).toBeUndefined();
});
