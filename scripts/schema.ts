// `npm run schema`: compares the package's schema for other languages with what components/plugin/schema.json says; with
// --accept it says it there.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { analyzed } from "./schema/analyzed.ts";
import { completed } from "./schema/completed.ts";

const snapshot = "components/plugin/schema.json";
const path = join(import.meta.dirname, "..", snapshot);
const options = process.argv.slice(2);
const accept = options[0] === "--accept";
if (options.length > (accept ? 1 : 0)) fail("usage: npm run schema [-- --accept]");

const made = await format(JSON.stringify(completed(analyzed())), { ...(await resolveConfig(path)), filepath: path });
const isSame = readFileSync(path, "utf8") === made;
if (!isSame && !accept)
  fail(`The package's schema for other languages is not what ${snapshot} says.

If that is meant, accept it and commit the file: npm run schema -- --accept`);
if (!isSame) writeFileSync(path, made);
if (accept) console.log(isSame ? `${snapshot} says it already.` : `${snapshot} is changed: commit it.`);

function fail(text: string): never {
  console.error(text);
  process.exit(1);
}
