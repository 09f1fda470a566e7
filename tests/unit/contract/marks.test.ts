import { describe, expect, test } from "vitest";
import { isMade, lostLabel, lostMark, lostMarkText } from "../../../components/contract/marks.ts";

const selector = { "init-pod.dev/id": "web-1" };
const marked = { labels: { ...selector, team: "x" }, annotations: { "init-pod.dev/retry": "" } };

describe("the marks of a Pod", () => {
  test("are all there beside those of others", () => {
    expect(lostMark(marked, selector)).toBeUndefined();
    expect(lostMark(marked)).toBeUndefined();
    expect(isMade(marked)).toBe(true);
  });

  test.each([
    [{ ...marked, labels: {} }, "its label init-pod.dev/id=web-1 is missing, so that nothing finds it"],
    [{ annotations: marked.annotations }, "its label init-pod.dev/id=web-1 is missing, so that nothing finds it"],
    [
      { ...marked, labels: { "init-pod.dev/id": "y" } },
      'its label init-pod.dev/id is "y" instead of "web-1", so that nothing finds it',
    ],
    [
      { labels: marked.labels },
      "its annotation init-pod.dev/retry is missing, so that the next `pulumi up` would make it anew",
    ],
  ])("are named where one of %j is lost", (metadata, text) => {
    const lost = lostMark(metadata, selector);
    expect(lost && lostMarkText(lost)).toBe(text);
  });

  test("can be told to be lost without knowing what they were", () => {
    const lost = lostMark({ ...marked, labels: { team: "x" } });
    expect(lost && lostMarkText(lost)).toBe("its label init-pod.dev/id is missing, so that nothing finds it");
    expect(lostLabel({}, selector)?.wanted).toBe("web-1");
    expect(isMade({ labels: selector })).toBe(false);
  });
});
