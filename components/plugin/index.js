// What Pulumi starts. As an old Node.js can't even read the rest, it is told here.
"use strict";

const { engines } = require("../package.json");

const needed = engines.node.replace(/[^\d.]/g, "");
if (isOlder(process.versions.node, needed)) {
  process.stderr.write(
    `init-pod needs Node.js ${needed} or newer, and this is ${process.versions.node}: ${process.execPath}\n`,
  );
  process.exitCode = 1;
} else require("../dist/plugin/main.js");

function isOlder(version, other) {
  const [major, minor] = version.split(".").map(Number);
  const [otherMajor, otherMinor] = other.split(".").map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
