import * as pulumi from "@pulumi/pulumi";
import { InitPod } from "init-pod";

export const web = new InitPod("web", {
  init: [
    { waitFor: { tcp: "database:5432" } },
    { download: { url: "https://example.com/", to: "/usr/share/nginx/html/index.html" } },
  ],
  container: { image: "nginxinc/nginx-unprivileged:1.29", port: 8080 },
  service: {},
  labels: { team: new pulumi.Config().get("team") ?? "shop" },
});
