import * as pulumi from "@pulumi/pulumi";
import { InitPod } from "init-pod";

// pulumi config set shop ORGANIZATION/embed/STACK
const shop = new pulumi.StackReference(new pulumi.Config().require("shop"));
const outputOf = (name: string) => shop.requireOutput(name) as pulumi.Output<string>;

const report = new InitPod("report", {
  namespace: outputOf("namespaceName"),
  init: [
    { download: { url: outputOf("clusterUrl"), to: "/usr/share/nginx/html/index.html" } },
    {
      name: "count",
      image: "postgres:17",
      run: {
        script: `psql --tuples-only --command "SELECT count(*) || ' orders' FROM orders"`,
        env: { PGHOST: outputOf("databaseHost"), PGUSER: "postgres" },
      },
      secretEnv: { PGPASSWORD: { secret: outputOf("generatedSecret"), key: "owner" } },
    },
  ],
  container: { image: "nginxinc/nginx-unprivileged:1.29", port: 8080 },
});

export const url = report.url;
export const initLogs = report.initLogs;
export const shopUrl = outputOf("url");
