import * as pulumi from "@pulumi/pulumi";
import { InitPod } from "init-pod";

const postgres = "postgres:17";
const page = "/usr/share/nginx/html/index.html";
const schema = `
  CREATE TABLE IF NOT EXISTS orders (item text PRIMARY KEY);
  INSERT INTO orders VALUES ('tea') ON CONFLICT DO NOTHING;`;

/** A database, and a web server that starts once the database has its schema. */
export class Shop extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly clusterUrl: pulumi.Output<string>;
  readonly databaseHost: pulumi.Output<string>;
  readonly generatedSecret: pulumi.Output<string>;

  constructor(name: string, args: { namespace: pulumi.Input<string> }, opts?: pulumi.ComponentResourceOptions) {
    super("embed:index:Shop", name, {}, opts);
    const { namespace } = args;

    const database = new InitPod(
      `${name}-database`,
      {
        namespace,
        generate: { owner: {} },
        container: { image: postgres, port: 5432, secretEnv: { POSTGRES_PASSWORD: { key: "owner" } } },
        // They live as long as the Pod. To keep the data, name a PersistentVolumeClaim by `claim`.
        volumes: { data: { mountPath: "/var/lib/postgresql" }, socket: { mountPath: "/var/run/postgresql" } },
        service: {},
        forward: { mode: "never" },
      },
      { parent: this },
    );
    this.databaseHost = database.clusterUrl.apply((url) => new URL(url).hostname);
    this.generatedSecret = database.generatedSecret;

    const web = new InitPod(
      name,
      {
        namespace,
        init: [
          { waitFor: { tcp: pulumi.interpolate`${this.databaseHost}:5432` } },
          {
            name: "migrate",
            image: postgres,
            run: {
              script: `
                psql --single-transaction --command "$SCHEMA"
                psql --tuples-only --command "SELECT json_agg(orders) FROM orders" > ${page}`,
              env: { PGHOST: this.databaseHost, PGUSER: "postgres", SCHEMA: schema },
              writes: [page],
            },
            // This step has the password, and the web server never sees it.
            secretEnv: { PGPASSWORD: { secret: database.generatedSecret, key: "owner" } },
          },
        ],
        container: { image: "nginxinc/nginx-unprivileged:1.29", port: 8080 },
        service: {},
      },
      { parent: this },
    );
    this.url = web.url;
    this.clusterUrl = web.clusterUrl;
    this.registerOutputs();
  }
}
