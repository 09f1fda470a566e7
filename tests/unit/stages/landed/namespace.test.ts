import { expect, test } from "vitest";
import { placeProblem } from "../../../../components/stages/landed/namespace.ts";

const found = { yes: () => Promise.resolve(true), no: () => Promise.resolve(false) };
const never = () => Promise.reject(new Error("it was asked for"));

test("a Pod that is where it was meant to be is not looked for elsewhere", async () => {
  expect(await placeProblem({ name: "web", meant: "a", landed: "a", ofService: "a" }, never)).toBeUndefined();
});

test("a Pod may be where a transformation has put it together with its Service", async () => {
  expect(await placeProblem({ name: "web", meant: "a", landed: "b", ofService: "b" }, found.yes)).toBeUndefined();
});

test("a Pod can't be in another namespace than its Service, whichever of them was moved", async () => {
  for (const [landed, ofService] of [
    ["b", "a"],
    ["a", "b"],
    ["b", "c"],
  ] as const) {
    expect(await placeProblem({ name: "web", meant: "a", landed, ofService }, found.yes)).toContain(
      `InitPod "web": a transformation puts its Pod into namespace "${landed}" and its Service into "${ofService}"`,
    );
  }
});

test("a Pod that could not be found again is refused, with what to say instead", async () => {
  const problem = await placeProblem({ name: "web", meant: "a", landed: "b", ofService: "b" }, found.no);
  expect(problem).toMatch(/into namespace "b" instead of "a".*namespace: "b"\.$/);
});

test("what keeps the search from an answer is told as it is", async () => {
  await expect(placeProblem({ name: "web", meant: "a", landed: "b", ofService: "b" }, never)).rejects.toThrow(
    "asked for",
  );
});
