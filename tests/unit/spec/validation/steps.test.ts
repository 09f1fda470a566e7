import { describe, expect, test } from "vitest";
import type { InitStep } from "../../../../components/spec/initStep.ts";
import { kindNames } from "../../../../components/spec/kinds.ts";
import { download, fixes, inStep } from "../problems.ts";

describe("a step", () => {
  test("sets exactly one kind", () => {
    expect(fixes({ init: [{ ...download, run: { script: "x" } }, {}, { donwload: {} } as InitStep] })).toEqual({
      "init[0]": `needs exactly one of ${kindNames.join(", ")}; it has download, run`,
      "init[1]": `needs exactly one of ${kindNames.join(", ")}; it has none`,
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

  test("says when it has started by one of port and command, and only as a sidecar", () => {
    const aside = { run: { script: "x" }, sidecar: true };
    expect(inStep({ ...aside, startWhen: { port: 5432 } })).toEqual([]);
    expect(inStep({ ...aside, startWhen: { command: ["pg_isready"] } })).toEqual([]);
    expect(fixes({ init: [{ run: aside.run, startWhen: { port: 5432 } }] })).toEqual({
      "init[0].startWhen":
        "is for a sidecar, as the next step waits for the end of any other; set sidecar to true, or remove it",
    });
    for (const startWhen of [{}, { port: 1, command: ["x"] }]) {
      expect(fixes({ init: [{ ...aside, startWhen }] })).toEqual({
        "init[0].startWhen": "needs exactly one of port and command",
      });
    }
    expect(inStep({ ...aside, startWhen: { port: 0 } })).toEqual(["init[0].startWhen.port"]);
    expect(inStep({ ...aside, startWhen: { command: [] } })).toEqual(["init[0].startWhen.command"]);
    expect(inStep({ ...aside, startWhen: { command: ["x", 1] } })).toEqual(["init[0].startWhen.command[1]"]);
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
