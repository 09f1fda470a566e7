#!/usr/bin/env node
// npm links a command as it installs, which in a fresh clone is before the build: so this file is none of what is built.
"use strict";

const { existsSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "../dist/cli/main.js");

const problem = existsSync(main) ? staleness() : "init-pod is not built. Build it: npm run build -w components";
if (problem === undefined) require(main);
else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

/** Whoever changes a source would else see what it did before. */
function staleness() {
  try {
    require("../dist/staleBuild.js").refuseStaleBuild();
    return undefined;
  } catch (error) {
    return error.message;
  }
}
