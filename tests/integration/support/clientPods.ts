import { imageNames } from "../../../sandbox/images/recipes.ts";
import type { Certificate } from "./certificate.ts";
import { images } from "./programs.ts";

/** Where the files lie that the app takes by PUT. */
export const filesFolder = "/files";
const confFolder = "/etc/nginx/conf.d";

/**
 * The text of a program with one InitPod per kind of app. `web` passes /live/ on to the server at `live`, so that what a
 * test sends and gets there goes through the forward and the Pod.
 */
export function clientPods(live: string, tls: Certificate): string {
  const web = `
server {
  listen 8080;
  client_max_body_size 0;
  client_body_temp_path ${filesFolder}/.uploads;
  location / { root /usr/share/nginx/html; }
  location ${filesFolder}/ { root /; dav_methods PUT; }
  location /live/ {
    proxy_pass ${live};
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_wanted;
  }
}
map $http_upgrade $connection_wanted { default upgrade; "" ""; }
`;
  const http2 = `server { listen 8080 http2; location / { root /usr/share/nginx/html; } }`;
  const https = `
server {
  listen 8080 ssl http2;
  ssl_certificate ${confFolder}/certificate.pem;
  ssl_certificate_key ${confFolder}/key.pem;
  location / { root /usr/share/nginx/html; }
}
`;
  const pods = {
    // Twice what the test uploads: the default limit of an emptyDir would have the Pod evicted.
    web: nginx(
      { "default.conf": web },
      // In memory: an app that waits for a disk takes nothing meanwhile, and that is not what is tried here.
      `volumes: { files: { mountPath: "${filesFolder}", mountIn: "app", emptyDir: { memory: true, sizeLimit: "2Gi" } } }`,
    ),
    h2c: nginx({ "default.conf": http2 }, `forward: { protocol: "tcp" }`),
    tls: nginx(
      { "default.conf": https, "certificate.pem": tls.certificate, "key.pem": tls.key },
      `forward: { protocol: "https" }`,
    ),
    redis: `{ container: { image: "${imageNames.redis}", port: 6379 }, forward: { protocol: "tcp" } }`,
    lines: linesServer,
  };
  const entries = Object.entries(pods).map(([name, args]) => `${name}: new InitPod("${name}", ${args}),`);
  return `
const { InitPod } = require("init-pod");
const pods = {
${entries.join("\n")}
};
for (const [name, pod] of Object.entries(pods)) exports[name] = { url: pod.url, podName: pod.podName };
`;
}

/** Serves as these files say, which an init step writes. */
function nginx(files: Record<string, string>, more: string): string {
  const names = Object.keys(files);
  const script = names.map((name, at) => `printf %s "$FILE${at}" > ${confFolder}/${name}`).join("\n");
  const env = Object.fromEntries(names.map((name, at) => [`FILE${at}`, files[name]]));
  return `{
  init: [{
    name: "configure",
    image: "${images.busybox}",
    run: ${JSON.stringify({ script, env, writes: names.map((name) => `${confFolder}/${name}`) })},
  }],
  container: { image: "${images.unprivileged}", port: 8080 },
  ${more},
}`;
}

/** For how long `lines` takes nothing once it was told "rest N"; then it takes N bytes, and says how many came. */
export const restSeconds = 30;

/** Speaks first, which no HTTP server does, and then says again each line that it gets. */
const linesScript = `
echo hello
while read -r line; do
  case $line in
    quit) exit ;;
    rest*) sleep ${restSeconds}; head -c "\${line#rest }" | wc -c ;;
    *) echo "again: $line" ;;
  esac
done`;
const linesServer = `{
  container: {
    image: "${images.busybox}",
    port: 8080,
    command: ["nc", "-ll", "-p", "8080", "-e", "sh", "-c", ${JSON.stringify(linesScript)}],
  },
  forward: { protocol: "tcp" },
  // A shell or nc as process 1 takes no notice of SIGTERM.
  podSpec: { terminationGracePeriodSeconds: 1 },
}`;
