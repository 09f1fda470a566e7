/** One layer: the files of Debian packages, then links and files of ours. */
export interface Layer {
  packages: readonly string[];
  /** Dependencies that only an installation on a machine needs. A `*` at the end stands for a version. */
  without?: readonly string[];
  folders?: Readonly<Record<string, number>>;
  files?: Readonly<Record<string, { content: string; mode?: number }>>;
  /** Link to target. */
  links?: Readonly<Record<string, string>>;
  /** Make a link to busybox for each of its commands. */
  busyboxCommands?: boolean;
}

export interface Recipe {
  name: string;
  layers: readonly Layer[];
  config: {
    Entrypoint?: readonly string[];
    Cmd: readonly string[];
    User?: string;
    ExposedPorts?: Readonly<Record<string, object>>;
    StopSignal?: string;
  };
}

/** Not `latest`: Kubernetes would pull such an image at every start. Not upstream's names: these are not those. */
export const imageNames = {
  pause: "sandbox.local/pause:1",
  busybox: "sandbox.local/busybox:1",
  curl: "sandbox.local/curl:7",
  nginx: "sandbox.local/nginx:1",
  nginxUnprivileged: "sandbox.local/nginx-unprivileged:1",
  redis: "sandbox.local/redis:1",
  postgres: "sandbox.local/postgres:1",
  git: "sandbox.local/git:2",
} as const;

const busybox: Layer = {
  packages: ["busybox-static"],
  busyboxCommands: true,
  folders: { root: 0o700, tmp: 0o1777, run: 0o755, "var/tmp": 0o1777 },
  files: {
    "etc/passwd": {
      content: [
        "root:x:0:0:root:/root:/bin/sh",
        "www-data:x:33:33:www-data:/var/www:/sbin/nologin",
        "curl_user:x:100:101:curl_user:/tmp:/sbin/nologin",
        "nginx:x:101:101:nginx:/tmp:/sbin/nologin",
        "nobody:x:65534:65534:nobody:/tmp:/sbin/nologin",
        "",
      ].join("\n"),
    },
    "etc/group": { content: "root:x:0:\nwww-data:x:33:\ncurl_group:x:101:\nnogroup:x:65534:\n" },
    "etc/nsswitch.conf": { content: "passwd: files\ngroup: files\nhosts: files dns\n" },
  },
};

/** As the upstream image's: arguments that are no command are curl's. */
const curlEntrypoint = `#!/bin/sh
set -e
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ]; then
  set -- curl "$@"
fi
exec "$@"
`;

const curl: Layer = {
  packages: ["curl"],
  files: { "entrypoint.sh": { content: curlEntrypoint, mode: 0o755 } },
};

const nginxFiles: Layer = {
  packages: ["nginx"],
  without: ["debconf", "iproute2", "libcap2-bin"],
  folders: { "var/cache/nginx": 0o755, "var/lib/nginx": 0o755, "var/log/nginx": 0o755, "etc/nginx/conf.d": 0o755 },
  links: { "var/log/nginx/access.log": "/dev/stdout", "var/log/nginx/error.log": "/dev/stderr" },
};

function nginxSettings(main: readonly string[], temporary: string, port: number): Layer {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return {
    packages: [],
    files: {
      "etc/nginx/nginx.conf": {
        content: [
          ...main,
          "worker_processes auto;",
          "error_log /var/log/nginx/error.log notice;",
          "events { worker_connections 1024; }",
          "http {",
          "  include /etc/nginx/mime.types;",
          "  default_type application/octet-stream;",
          '  log_format main \'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_user_agent"\';',
          "  access_log /var/log/nginx/access.log main;",
          "  sendfile on;",
          "  keepalive_timeout 65;",
          ...kinds.map((kind) => `  ${kind}_temp_path ${temporary}/${kind}_temp;`),
          "  include /etc/nginx/conf.d/*.conf;",
          "}",
          "",
        ].join("\n"),
      },
      "etc/nginx/conf.d/default.conf": {
        content: [
          "server {",
          `  listen ${port};`,
          "  location / {",
          "    root /usr/share/nginx/html;",
          "    index index.html;",
          "  }",
          "}",
          "",
        ].join("\n"),
      },
    },
  };
}

/** Redis is one program that goes by its name; the package redis-server adds that name alone, and needs Perl for it. */
const redis: Layer = {
  packages: ["redis-tools"],
  without: ["adduser", "debconf", "libpam-modules", "libpam-modules-bin", "passwd"],
  links: { "usr/bin/redis-server": "redis-check-rdb" },
};

/** Where the data lies, and the socket: the one folder that has to be writable. */
const postgresFolder = "/var/lib/postgresql";

/** Of the upstream image's variables, POSTGRES_PASSWORD and POSTGRES_USER. The folder is made whole or not at all. */
const postgresEntrypoint = `#!/bin/sh
set -eu
if [ "$1" != postgres ]; then exec "$@"; fi
shift
bin=$(echo /usr/lib/postgresql/*/bin)
data=${postgresFolder}/data
if [ ! -d "$data" ]; then
  rm -rf "$data.new"
  printf '%s\n' "\${POSTGRES_PASSWORD:?is needed}" |
    "$bin/initdb" -D "$data.new" -U "\${POSTGRES_USER:-postgres}" --pwfile=/dev/stdin --no-sync \\
      --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --no-locale
  echo 'host all all all scram-sha-256' >> "$data.new/pg_hba.conf"
  mv "$data.new" "$data"
fi
exec "$bin/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=${postgresFolder} \\
  -c jit=off -c fsync=off "$@"
`;

/** Without the compiler for queries, and without what makes clusters on a machine, which needs Perl. */
const postgres: Layer = {
  packages: ["postgresql"],
  without: [
    "adduser debconf dpkg init-system-helpers libc-bin libc-l10n libdb5* libgdbm* libjson-perl libllvm* libpam-modules*",
    "libperl* libsemanage* libsepol* libz3-* locales netbase openssl passwd perl* postgresql-client-common",
    "postgresql-common* ssl-cert sysvinit-utils tar ucf usrmerge",
  ].flatMap((line) => line.split(" ")),
  folders: { "var/lib/postgresql": 0o777 },
  files: {
    "docker-entrypoint.sh": { content: postgresEntrypoint, mode: 0o755 },
    // The package's own is a link to a program in Perl.
    "usr/local/bin/psql": { content: '#!/bin/sh\nexec /usr/lib/postgresql/*/bin/psql "$@"\n', mode: 0o755 },
    // Initdb asks for the name of its user, whom "restricted" makes a number.
    "etc/passwd": {
      content: `root:x:0:0:root:/root:/bin/sh\npostgres:x:65532:65532:postgres:${postgresFolder}:/bin/sh\n`,
    },
  },
};

/** For git's commands that are written in it, of which cloning needs none. */
const perl = ["liberror-perl", "libfile-find-rule-perl", "libnumber-compare-perl", "libtext-glob-perl"].concat([
  "perl",
  "perl-base",
  "perl-modules-5.36",
  "libperl5.36",
  "libdb5.3",
  "libgdbm6",
  "libgdbm-compat4",
]);

/** git over HTTP and SSH, and what serves both to the tests: git's own CGI program, for busybox's httpd, and sshd. */
const git: Layer = {
  packages: ["git", "openssh-client", "openssh-server"],
  without: perl.concat(
    ["git-man", "openssh-sftp-server", "tar", "dpkg", "usrmerge", "adduser", "passwd", "debconf", "ucf", "procps"],
    ["init-system-helpers", "sysvinit-utils", "lsb-base", "runit-helper", "sensible-utils", "libproc2-0"],
    ["libpam-modules", "libpam-modules-bin", "libpam-runtime", "libsemanage2", "libsemanage-common", "libsepol2"],
    ["gcc-12-base", "libncursesw6"],
  ),
};

const nginxCommand = ["nginx", "-g", "daemon off;"];

export const recipes: readonly Recipe[] = [
  // Ends only by force, which is how containerd ends a Pod's sandbox anyway.
  { name: imageNames.pause, layers: [busybox], config: { Entrypoint: ["/bin/sleep", "2147483647"], Cmd: [] } },
  { name: imageNames.busybox, layers: [busybox], config: { Cmd: ["sh"] } },
  {
    name: imageNames.curl,
    layers: [busybox, curl],
    // A number, as Kubernetes can't prove that a name isn't root.
    config: { Entrypoint: ["/entrypoint.sh"], Cmd: ["curl"], User: "100:101" },
  },
  {
    name: imageNames.nginx,
    layers: [busybox, nginxFiles, nginxSettings(["user www-data;", "pid /run/nginx.pid;"], "/var/cache/nginx", 80)],
    config: { Cmd: nginxCommand, ExposedPorts: { "80/tcp": {} }, StopSignal: "SIGQUIT" },
  },
  {
    name: imageNames.nginxUnprivileged,
    layers: [busybox, nginxFiles, nginxSettings(["pid /tmp/nginx.pid;"], "/tmp", 8080)],
    config: { Cmd: nginxCommand, User: "101:101", ExposedPorts: { "8080/tcp": {} }, StopSignal: "SIGQUIT" },
  },
  {
    name: imageNames.redis,
    layers: [busybox, redis],
    // Keeps nothing on disk, and so runs with a root file system that it can't write to.
    config: { Cmd: ["redis-server", "--save", ""], User: "65534:65534", ExposedPorts: { "6379/tcp": {} } },
  },
  {
    name: imageNames.postgres,
    layers: [busybox, postgres],
    config: {
      Entrypoint: ["/docker-entrypoint.sh"],
      Cmd: ["postgres"],
      User: "65532:65532",
      ExposedPorts: { "5432/tcp": {} },
      // Ends sessions; by SIGTERM it would wait for them.
      StopSignal: "SIGINT",
    },
  },
  // As the upstream image's, which runs as root.
  { name: imageNames.git, layers: [busybox, git], config: { Entrypoint: ["git"], Cmd: ["--help"] } },
];
