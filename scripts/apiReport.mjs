// `npm run api`: compares the package's public API with what docs/init-pod.api.md says; with --accept it says it there.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { ConsoleMessageId, Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";

const root = join(import.meta.dirname, "..");
const report = "docs/init-pod.api.md";
const options = process.argv.slice(2);
const accept = options[0] === "--accept";
if (options.length > (accept ? 1 : 0)) fail("usage: npm run api [-- --accept]");

let diff = `There is no ${report}.`;
const config = ExtractorConfig.loadFileAndPrepare(join(root, "components/api-extractor.json"));
const { apiReportChanged, errorCount, warningCount } = Extractor.invoke(config, {
  printApiReportDiff: true,
  messageCallback: (message) => {
    // What the tool says of the report names other commands than this one. What it finds in the API, it shows itself.
    if (message.category !== "console") return;
    if (message.messageId === ConsoleMessageId.ApiReportDiff) diff = message.text.slice(message.text.indexOf("@@"));
    message.logLevel = ExtractorLogLevel.None;
  },
});

if (errorCount + warningCount > 0) fail("The package's public API has the faults above, which can't be accepted.");
if (apiReportChanged && !accept)
  fail(`The package's public API is not what ${report} says:

${diff.trimEnd()}

If that is meant, accept it and commit the file: npm run api -- --accept`);
if (apiReportChanged) copyFileSync(join(config.reportTempFolder, "init-pod.api.md"), join(root, report));
if (accept) console.log(apiReportChanged ? `${report} is changed: commit it.` : `${report} says it already.`);

function fail(text) {
  console.error(text);
  process.exit(1);
}
