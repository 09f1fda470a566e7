import * as pulumi from "@pulumi/pulumi";
import { type ForwardMode, InitPod, type Security } from "init-pod";

// What differs between environments is in Pulumi.STACK.yaml, cluster and namespace too (kubernetes:context and :namespace).
const config = new pulumi.Config();

const web = new InitPod("web", {
  init: [
    {
      image: config.get("curlImage"),
      download: {
        url: config.require("url"),
        to: "/usr/share/nginx/html/index.html",
        headers: { authorization: config.requireSecret("authorization") },
      },
    },
  ],
  container: { image: config.require("image"), port: 8080 },
  service: {},
  security: config.get<Security>("security"),
  imageRegistry: config.get("imageRegistry"),
  forward: { mode: config.get<ForwardMode>("forwardMode") },
  timeoutSeconds: config.getNumber("timeoutSeconds"),
});

export const url = web.url;
export const clusterUrl = web.clusterUrl;
