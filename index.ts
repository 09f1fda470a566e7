import * as pulumi from "@pulumi/pulumi";
import { type ForwardMode, InitPod, type Security } from "init-pod";

const config = new pulumi.Config();

const web = new InitPod("web", {
  // What the init container downloads, the app serves: the two share an emptyDir.
  init: [
    {
      name: "download-config",
      // Image of the init container, with curl and a shell.
      image: config.require("curlImage"),
      download: {
        // Read before the app starts, each time that a Pod is made.
        url: config.require("url"),
        to: "/usr/share/nginx/html/index.html",
      },
    },
  ],
  container: {
    // The app, which serves what lies in /usr/share/nginx/html.
    image: config.require("image"),
    port: config.requireNumber("port"),
  },
  // Other Pods reach the app by the output clusterUrl.
  service: {},
  // Namespace, which must exist. Default: the provider's, else that of the kubeconfig's context.
  namespace: config.get("namespace"),
  // restricted (default), restricted-no-ids (OpenShift), baseline (root is allowed, as for stock nginx), or image (nothing set).
  security: config.get<Security>("security"),
  forward: {
    // auto (default: not in CI), always or never.
    mode: config.get<ForwardMode>("forwardMode"),
    // Local port of the URL. Default: one is drawn and kept for the life of the stack.
    localPort: config.getNumber("localPort"),
  },
  // Seconds that each `up` waits for the Pod to get Ready. Default: 600.
  timeoutSeconds: config.getNumber("timeoutSeconds"),
});

export const url = web.url;
export const initLogs = web.initLogs;
export const podName = web.podName;
export const namespace = web.namespace;
export const clusterUrl = web.clusterUrl;
