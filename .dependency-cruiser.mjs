import { entryOf, filesOf, floors, hasIndex } from "./scripts/floors.mjs";

const sources = "^components/";
/** What runs before it is known whether anything is built, or can be read. */
const launchers = "^components/(bin|plugin)/[^/]+\\.js$";
/** The command and the forwarder run without Pulumi, and would take a second longer to start with it. */
const withoutPulumi = "^components/(cli|forward|cluster|contract|text|time)/";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "a-floor-for-each-folder",
      comment: "Each folder has its floor: put it into the list of scripts/floors.mjs.",
      severity: "error",
      from: { path: sources, pathNot: [...floors.map(filesOf), launchers] },
      to: {},
    },
    ...floors.slice(1).map((floor, at) => ({
      name: "no-import-of-what-lies-above",
      comment: "A folder imports only folders below it (docs/architecture.md): move what both need down.",
      severity: "error",
      from: { path: filesOf(floor) },
      to: { path: floors.slice(0, at + 1).map(filesOf) },
    })),
    ...floors.slice(0, -1).map((floor, at) => ({
      name: "only-through-the-entry",
      comment: "Of another folder, only its entry is imported, its index.ts: export there, by name, what others need.",
      severity: "error",
      // The package's own entry says why it names files.
      from: { path: filesOf(floor), pathNot: "^components/index\\.ts$" },
      to: { path: floors.slice(at + 1).map(filesOf), pathNot: floors.map(entryOf) },
    })),
    ...floors
      .slice(1)
      .filter(hasIndex)
      .map((floor) => ({
        name: "no-way-around-through-ones-own-entry",
        comment: "Inside a folder, files import each other, not their own index.ts.",
        severity: "error",
        from: { path: filesOf(floor) },
        to: { path: entryOf(floor) },
      })),
    {
      name: "no-circle",
      comment: "Files that import each other can't be read, tested or moved one by one.",
      severity: "error",
      from: { path: sources },
      to: { circular: true },
    },
    {
      name: "no-pulumi-below",
      comment: "The command and the forwarder run without Pulumi.",
      severity: "error",
      from: { path: withoutPulumi },
      to: { path: ["^@pulumi/", "node_modules/@pulumi/"] },
    },
    {
      name: "nothing-from-outside-the-package",
      comment: "What is published imports nothing of the rest of the repository.",
      severity: "error",
      from: { path: sources },
      to: { path: "^(sandbox|tests|bench|scripts|examples)/" },
    },
    {
      name: "no-unused-file",
      comment: "Nothing imports this file.",
      severity: "error",
      from: { orphan: true, path: sources, pathNot: ["(^|/)main\\.ts$", launchers] },
      to: {},
    },
    {
      name: "what-is-imported-exists",
      severity: "error",
      from: { path: sources },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Types count: an arrow up is one although nothing of it is left at run time.
    tsPreCompilationDeps: true,
    includeOnly: "^(components|sandbox|tests|bench|scripts|examples)/|^node:|@pulumi/",
    exclude: "/(dist|node_modules/(?!@pulumi/))",
    doNotFollow: { path: "node_modules" },
  },
};
