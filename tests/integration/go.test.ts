import { prepared, testExample, testProgram, testProvider } from "./support/languages/suite.ts";
import { go } from "./support/languages/toolchains.ts";

const setting = prepared(go);
testProgram(setting);
testProvider(setting);
testExample(setting, "go", "main.go");
