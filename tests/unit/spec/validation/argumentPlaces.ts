import type { InitPodArgs } from "../../../../components/spec/args.ts";

const container = { image: "app:1" };

/** Each place of an argument or a variable's value, given a text. */
export const places: Record<string, (text: never) => Partial<InitPodArgs>> = {
  "init[0].run.script": (script) => ({ init: [{ run: { script } }] }),
  "init[0].run.command[1]": (text) => ({ init: [{ run: { command: ["sh", text] } }] }),
  "init[0].container.args[0]": (text) => ({ init: [{ container: { image: "a", args: [text] } }] }),
  "init[0].startWhen.command[0]": (text) => ({
    init: [{ run: { script: "x" }, sidecar: true, startWhen: { command: [text] } }],
  }),
  "container.command[0]": (text) => ({ container: { ...container, command: [text] } }),
  "container.args[2]": (text) => ({ container: { ...container, args: ["a", "b", text] } }),
  "container.container.command[0]": (text) => ({ container: { ...container, container: { command: [text] } } }),
  "podSpec.containers.app.args[0]": (text) => ({ podSpec: { containers: [{ name: "app", args: [text] }] } }),
};
export const variables: Record<string, (text: never) => Partial<InitPodArgs>> = {
  "init[0].run.env.NAME": (NAME) => ({ init: [{ run: { script: "true", env: { NAME } } }] }),
  "container.env.NAME": (NAME) => ({ container: { ...container, env: { NAME } } }),
  "podSpec.initContainers.run.env.NAME": (value) => ({
    podSpec: { initContainers: [{ name: "run", env: [{ name: "NAME", value }] }] },
  }),
};
