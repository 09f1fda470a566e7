// `npm run floors`: draws the floors in docs/architecture.md from the imports in the code; with --check it says whether the
// picture there is still theirs.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import { filesOf, floors } from "./floors.mjs";

const root = join(import.meta.dirname, "..");
const page = "docs/architecture.md";
const begin = "<!-- floors: npm run floors -->\n";
const end = "<!-- /floors -->";

const text = readFileSync(join(root, page), "utf8");
const [before, after] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
if (before < begin.length || after < 0) throw new Error(`${page} has no place for the picture: ${begin}${end}`);
const picture = `\n\`\`\`mermaid\n${draw(await importsOf())}\n\`\`\`\n\n`;

if (text.slice(before, after) === picture) process.exit(0);
if (process.argv.includes("--check")) {
  console.error(`The floors in ${page} are not those of the code. Draw them anew and commit the file: npm run floors`);
  process.exit(1);
}
writeFileSync(join(root, page), text.slice(0, before) + picture + text.slice(after));
console.log(`${page} is changed: commit it.`);

/** By floor, the floors that it imports. */
async function importsOf() {
  process.chdir(root);
  const { output } = await cruise(["components"], {
    tsPreCompilationDeps: true,
    includeOnly: "^components/",
    exclude: "/(dist|node_modules)/",
    doNotFollow: { path: "node_modules" },
  });
  const found = new Map(floors.map((floor) => [floor, new Set()]));
  for (const { source, dependencies } of output.modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [floorOf(source), floorOf(resolved)];
      if (from !== undefined && to !== undefined && from !== to) found.get(from).add(to);
    }
  }
  return found;
}

function floorOf(file) {
  return floors.find((floor) => new RegExp(filesOf(floor)).test(file));
}

/** Without arrows to a floor that is also reached by way of another: they would hide the others. */
function draw(imports) {
  const reaches = (from, to) => imports.get(from).has(to) || [...imports.get(from)].some((next) => reaches(next, to));
  const isDirect = (from, to) => ![...imports.get(from)].some((next) => next !== to && reaches(next, to));
  const arrows = floors.flatMap((from) =>
    floors.filter((to) => imports.get(from).has(to) && isDirect(from, to)).map((to) => `  ${id(from)} --> ${id(to)}`),
  );
  const groups = [...new Set(floors.map(groupOf))];
  const boxes = groups.flatMap((group) => {
    const inside = floors.filter((floor) => groupOf(floor) === group);
    const lines = inside.map((floor) => `${id(floor)}["${floor || "components/"}"]`);
    return inside.length === 1
      ? lines.map((line) => `  ${line}`)
      : [`  subgraph in_${group}["${group}/"]`, ...lines.map((line) => `    ${line}`), "  end"];
  });
  return ["flowchart TB", ...boxes, ...arrows].join("\n");
}

function groupOf(floor) {
  return floor.split("/")[0];
}

function id(floor) {
  return floor === "" ? "package" : floor.replace("/", "_");
}
