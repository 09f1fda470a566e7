// The floors of the package, from the roof down: a folder imports only folders below it, and of those only their entry.
// docs/architecture.md says what each is for; .dependency-cruiser.mjs makes `npm run lint` hold the code to it.

/** Folders of components/; "" is components/ itself. */
export const floors = [
  "plugin",
  "",
  "stages",
  "stages/outlook",
  "stages/applied",
  "stages/landed",
  "stages/objects",
  "pulumi",
  "cli",
  "cli/print",
  "cli/logs",
  "cli/verbs",
  "cli/preview",
  "forward/client",
  "forward/daemon",
  "forward/serve",
  "forward/tunnel",
  "forward/sockets",
  "forward/state",
  "cluster/wait",
  "cluster/report",
  "cluster/logs",
  "cluster/verdict",
  "cluster/containers",
  "cluster/pods",
  "cluster/api",
  "spec/changes",
  "spec/applied",
  "spec/knownFields",
  "spec/manifest",
  "spec/merging",
  "spec/validation",
  "spec/shape",
  "spec/podSecurity",
  "spec",
  "spec/steps",
  "spec/environment",
  "spec/values",
  "contract",
  "text",
  "time",
];

/** Folders that belong to the one they lie in, and to nobody else. */
const inner = {
  "spec/steps": "(scripts/)?",
  "cluster/api": "(kubeconfig/)?",
  "cluster/report": "(hints/|progress/|render/)?",
};

/** Each of their own files is an entry: a new kind of step takes no line in an index.ts. All others have one. */
const withoutIndex = ["spec/steps"];

/** Whether the entry of a floor is its index.ts. */
export function hasIndex(floor) {
  return !withoutIndex.includes(floor);
}

/** The files of a floor, as a regular expression. */
export function filesOf(floor) {
  return `^components/${floor === "" ? "" : `${floor}/`}${inner[floor] ?? ""}[^/]+\\.ts$`;
}

/** What others import of a floor: its index.ts, or each of its own files. */
export function entryOf(floor) {
  return `^components/${floor === "" ? "" : `${floor}/`}${hasIndex(floor) ? "index" : "[^/]+"}\\.ts$`;
}
