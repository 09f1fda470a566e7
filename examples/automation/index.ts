import { automation } from "@pulumi/pulumi";
import { InitPod } from "init-pod";

// node index.ts [NAMESPACE]
const [, , namespace = "default"] = process.argv;

const stack = await automation.LocalWorkspace.createOrSelectStack({
  projectName: "automation",
  stackName: "dev",
  program: () => {
    const web = new InitPod("web", {
      init: [{ download: { url: "https://example.com/", to: "/usr/share/nginx/html/index.html" } }],
      container: { image: "nginxinc/nginx-unprivileged:1.29", port: 8080 },
      // It is asked below, in CI too.
      forward: { mode: "always" },
    });
    return Promise.resolve({ url: web.url, initLogs: web.initLogs });
  },
});
await stack.setConfig("kubernetes:namespace", { value: namespace });

try {
  // The lines of the init container come while it runs.
  const { outputs } = await stack.up({ onOutput: console.log });
  const url = String(outputs.url?.value);
  console.log(`${url} answers ${(await fetch(url)).status}`);

  // In the same process once more: nothing has changed.
  const { summary } = await stack.up();
  console.log("second up:", summary.resourceChanges);
} finally {
  const { summary } = await stack.destroy();
  console.log("destroy:", summary.resourceChanges);
}
