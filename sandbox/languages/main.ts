// `npm run sdks -- OUT`: the package's SDKs for Node.js, Python and Go.
import { resolve } from "node:path";
import { messageOf } from "../errors.ts";
import { paths } from "../paths.ts";
import { generateSdks, sdkLanguages } from "./sdks.ts";

const [folder, ...rest] = process.argv.slice(2);
if (folder === undefined || folder.startsWith("-") || rest.length > 0) {
  process.stderr.write(
    `usage: npm run sdks -- FOLDER\n\nWhat FOLDER has of ${sdkLanguages.join(", ")} is removed first.\n`,
  );
  process.exitCode = 2;
} else {
  try {
    await generateSdks(paths(), resolve(folder), (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(sdkLanguages.map((language) => `${resolve(folder, language)}\n`).join(""));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
