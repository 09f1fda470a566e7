// What the engine starts, by operating system. Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/workspace/plugins.go
const missing = "init-pod needs Node.js, and there is no node on the PATH: https://nodejs.org";

export const executables = {
  linux: shell(),
  darwin: shell(),
  windows: {
    name: "pulumi-resource-init-pod.cmd",
    text: [
      "@echo off",
      `where node >nul 2>nul || (echo ${missing} 1>&2 & exit /b 1)`,
      'node "%~dp0plugin\\index.js" %*',
      "",
    ].join("\r\n"),
  },
};

function shell() {
  return {
    name: "pulumi-resource-init-pod",
    text: `#!/bin/sh
command -v node >/dev/null || { echo "${missing}" >&2; exit 1; }
exec node "$(dirname "$0")/plugin/index.js" "$@"
`,
  };
}
