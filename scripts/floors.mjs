// The floors of the package, from the roof down: a folder imports only folders below it, and of those only their index.ts.
// docs/architecture.md says what each is for; .dependency-cruiser.mjs makes `npm run lint` hold the code to it.

/** Folders of components/; "" is components/ itself. */
export const floors = [
  "",
  "stages",
  "pulumi",
  "cli",
  "cli/print",
  "cli/verbs",
  "forward/client",
  "forward/daemon",
  "forward/serve",
  "forward/tunnel",
  "forward/state",
  "cluster/wait",
  "cluster/report",
  "cluster/logs",
  "cluster/verdict",
  "cluster/pods",
  "cluster/api",
  "spec/manifest",
  "spec/validation",
  "spec",
  "spec/steps",
  "spec/values",
  "contract",
  "text",
  "time",
];

/** Folders that belong to the one they lie in, and to nobody else. */
const inner = { "spec/steps": "(scripts/)?", "cluster/report": "(render/)?" };

/** The files of a floor, as a regular expression. */
export function filesOf(floor) {
  return `^components/${floor === "" ? "" : `${floor}/`}${inner[floor] ?? ""}[^/]+\\.ts$`;
}

/** The one file of a floor that others import. */
export function entryOf(floor) {
  return `^components/${floor}/index\\.ts$`;
}
