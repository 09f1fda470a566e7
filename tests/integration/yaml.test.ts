import { prepared, testExample, testProgram } from "./support/languages/suite.ts";
import { yaml } from "./support/languages/toolchains.ts";

// The stand-in of the kubernetes plugin has no schema, so that a program in YAML has no provider of its own there.
const setting = prepared(yaml);
testProgram(setting);
testExample(setting, "yaml", "Pulumi.yaml");
