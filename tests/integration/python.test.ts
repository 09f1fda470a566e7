import { prepared, testExample, testProgram, testProvider } from "./support/languages/suite.ts";
import { python } from "./support/languages/toolchains.ts";

const setting = prepared(python);
testProgram(setting);
testProvider(setting);
testExample(setting, "python", "__main__.py");
