import * as pulumi from "@pulumi/pulumi";
import { InitPod } from "init-pod";

// The tutorial to the letter: an init container fetches the weather into a volume, and stock nginx serves it.
const config = new pulumi.Config();
const curlImage = config.get("curlImage") ?? "curlimages/curl:7.85.0";
const api =
  config.get("url") ?? "https://api.open-meteo.com/v1/forecast?latitude=52.52&longitude=13.41&current=temperature_2m";
const html = { name: "shared-data", mountPath: "/usr/share/nginx/html" };

const weather = new InitPod("init-container-example", {
  init: [
    {
      container: {
        name: "download-config",
        image: curlImage,
        args: [api, "-o", "/usr/share/nginx/html/index.html"],
        volumeMounts: [html],
      },
    },
  ],
  container: {
    name: "nginx-container",
    image: config.get("image") ?? "nginx",
    port: 80,
    container: { volumeMounts: [html] },
  },
  volumes: { "shared-data": { emptyDir: {} } },
  // Stock nginx starts as root and listens on port 80.
  security: "image",
});

export const url = weather.url;
export const initLogs = weather.initLogs;
