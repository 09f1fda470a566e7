// Copies into the package what it is published with. Its pages are read on npm, where links of this repository lead nowhere:
// they become addresses of it.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const components = join(root, "components");
const { repository } = JSON.parse(readFileSync(join(components, "package.json"), "utf8"));
const address = repository.url.replace(/^git\+|\.git$/g, "");

for (const page of ["README.md", "CHANGELOG.md", "LICENSE"]) {
  const text = withAddresses(readFileSync(join(root, page), "utf8"));
  const copy = join(components, page);
  // What is younger than the build makes it an old one.
  if (!existsSync(copy) || readFileSync(copy, "utf8") !== text) writeFileSync(copy, text);
}

/** A page of the repository's root with each link an address, but for those to headings of its own. */
function withAddresses(page) {
  return page.replace(/(!?)(\[[^\]]*\])\((?!https?:|#)([^)\s]+)\)/g, (_, image, text, path) => {
    // An image of a page about it would be none.
    const kind = image === "" ? "blob" : "raw";
    return `${image}${text}(${address}/${kind}/HEAD/${path})`;
  });
}
