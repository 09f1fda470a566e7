import { describe, expect, test } from "vitest";
import type { InitStep } from "../../../../components/spec/initStep.ts";
import { download, fixes, inStep } from "../problems.ts";

describe("a step", () => {
  test("sets exactly one kind", () => {
    expect(fixes({ init: [{ ...download, run: { script: "x" } }, {}, { donwload: {} } as InitStep] })).toEqual({
      "init[0]": "needs exactly one of waitFor, download, gitClone, run, container; it has download, run",
      "init[1]": "needs exactly one of waitFor, download, gitClone, run, container; it has none",
      "init[2].donwload": "is no field here; did you mean download?",
    });
  });

  test("is named by a DNS label that no other container has", () => {
    expect(inStep({ ...download, name: "Fetch_it" })).toEqual(["init[0].name"]);
    expect(inStep({ ...download, name: "app" })).toEqual(["init[0].name"]);
    const twice = { ...download, name: "fetch" };
    expect(fixes({ init: [twice, { name: "fetch", run: { script: "x" } }] })).toEqual({
      "init[1].name": "is the name of init[0] too; choose another",
    });
  });

  test("that ends by itself is no sidecar", () => {
    expect(inStep({ ...download, sidecar: true })).toEqual(["init[0].sidecar"]);
  });

  test("that runs needs a script or a command", () => {
    expect(inStep({ run: {} })).toEqual(["init[0].run"]);
    expect(inStep({ run: { script: "x", command: ["y"] } })).toEqual(["init[0].run"]);
    expect(inStep({ run: { command: [] } })).toEqual(["init[0].run.command"]);
    expect(inStep({ run: { command: ["x"], shell: ["sh"] } })).toEqual(["init[0].run.shell"]);
  });

  test("gets each environment variable once, by a name that Kubernetes takes", () => {
    const secretEnv = { A: { secret: "s", key: "k" }, "B=C": { secret: "S", key: "" } };
    expect(inStep({ run: { script: "x", env: { A: "1", "1A": "2", "": "3" } }, secretEnv })).toEqual([
      "init[0].secretEnv.A",
      "init[0].secretEnv.B=C",
      "init[0].secretEnv.B=C.secret",
      "init[0].secretEnv.B=C.key",
      "init[0].run.env.",
    ]);
  });

  test("asks for amounts that Kubernetes understands", () => {
    expect(inStep({ ...download, resources: { limits: { memory: "64MB" } } })).toEqual([
      "init[0].resources.limits.memory",
    ]);
  });
});
