import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocksOf } from "../unit/claims/blocks.ts";
import { stopPodSandbox } from "./support/cri.ts";
import { stackOf, withPlaces, writeProgram } from "./support/documented.ts";
import { eventually, processesWith } from "./support/machine.ts";
import { images } from "./support/programs.ts";
import { type Finished, run } from "./support/run.ts";
import { onlySandbox, sandboxPart } from "./support/sandboxPart.ts";
import { diagnostics, kubectl, objects, type TestStack } from "./support/stack.ts";

interface Pod {
  metadata: { name: string; uid: string };
  spec: { initContainers: { name: string; command: string[] }[] };
  status: {
    podIP: string;
    containerStatuses?: { ready: boolean }[];
    initContainerStatuses?: { name: string; containerID: string }[];
  };
}

interface Log {
  container: string;
  exitCode: number;
  restarts: number;
  log: string[];
}

const page = "docs/steps/migrate.md";
const [shown = ""] = blocksOf(page, "ts");
const [roles = ""] = blocksOf(page, "sql");
const [shownLog = "", shownError = ""] = blocksOf(page, "text");
const nothingNew = 'NOTICE:  relation "migrations" already exists, skipping';
const linesOf = (block: string): string[] => block.trimEnd().split("\n");

const passwords = { db: "owner-7f21c09d", "shop-migrator": "migrator-5b1c88e4", shop: "shop-90fe3a6b" };

/** With the sandbox's images, and a command in the place of the app that its image has. */
const program = withPlaces(shown, [
  ["registry.example.com/shop:1.4", images.postgres],
  ["{ waitFor: {", `{ image: "${images.curl}", waitFor: {`],
  [
    "    port: 8080,",
    `    port: 8080, command: ["sh", "-c", "httpd -p 8080 -h /usr/share/zoneinfo; trap exit TERM; sleep 3600 & wait"],`,
  ],
]);

/** With one more migration. */
const withMigration = (text: string, sql: string): string =>
  withPlaces(text, [["];\n\nconst script", `  ${JSON.stringify(sql)},\n];\n\nconst script`]]);

/** With a second InitPod beside it, at once. */
const withTwin = (text: string): string =>
  withPlaces(text, [
    [`const shop = new InitPod("shop", {`, `const made = (name: string): InitPod => new InitPod(name, {`],
    [
      "export const initLogs",
      `const shop = made("shop");\nexport const twinLogs = made("twin").initLogs;\nexport const initLogs`,
    ],
  ]);

const locked = { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 };
const database = [
  ...Object.entries(passwords).map(([name, password]) => ({
    kind: "Secret",
    metadata: { name },
    stringData: { password },
  })),
  { kind: "Service", metadata: { name: "db" }, spec: { selector: { app: "db" }, ports: [{ port: 5432 }] } },
  {
    kind: "Pod",
    metadata: { name: "db", labels: { app: "db" } },
    spec: {
      securityContext: { ...locked, seccompProfile: { type: "RuntimeDefault" } },
      volumes: [{ name: "data", emptyDir: {} }],
      containers: [
        {
          name: "db",
          image: images.postgres,
          env: [{ name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql" }],
          readinessProbe: { tcpSocket: { port: 5432 }, periodSeconds: 1 },
        },
      ],
    },
  },
].map((object) => ({ apiVersion: "v1", ...object }));

describe("the program of docs/steps/migrate.md, with a PostgreSQL", () => {
  let stack: TestStack;
  let up: Finished;
  /** All that was ever shown of a run or of a log. */
  const seen: string[] = [];

  const psql = ["psql", "-XqAt", "--set=ON_ERROR_STOP=1"];
  /** What the database's owner gets for some SQL. */
  const owner = async (sql: string, name = "shop"): Promise<string> => {
    const login = ["-h", "/var/lib/postgresql", "-U", "postgres", "-d", name];
    const exec = ["exec", "-i", "-n", stack.namespace, "db", "--"];
    return (await kubectl([...exec, ...psql, ...login], { input: sql })).trim();
  };
  const pods = async (): Promise<Pod[]> =>
    (await objects<Pod>("pods", stack.namespace)).filter(({ metadata }) => metadata.name !== "db");
  const isReady = ({ status }: Pod): boolean => status.containerStatuses?.[0]?.ready === true;
  /** Of the Pod that serves. */
  const podName = async (): Promise<string> => (await pods()).find(isReady)?.metadata.name ?? "no Pod";
  const inApp = async (words: readonly string[], input?: string): Promise<Finished> =>
    await run("kubectl", ["exec", "-i", "-n", stack.namespace, await podName(), "-c", "app", "--", ...words], {
      input,
    });
  /** The schema, and what has run. */
  const state = async (): Promise<string> =>
    await owner(`
SELECT table_name, column_name, data_type, column_default FROM information_schema.columns
  WHERE table_schema = 'public' ORDER BY 1, 2;
SELECT version, xmin FROM migrations ORDER BY 1;
SELECT * FROM orders ORDER BY 1;`);
  const logOf = async (output = "initLogs"): Promise<Log | undefined> =>
    ((await stack.outputs())[output] as Log[]).find(({ container }) => container === "migrate");
  const keepLogs = async (): Promise<void> => {
    for (const pod of await pods()) {
      seen.push(await kubectl(["logs", "-n", stack.namespace, pod.metadata.name, "--all-containers"]));
    }
  };

  beforeAll(async () => {
    stack = await stackOf(program);
    await kubectl(["label", "namespace", stack.namespace, "pod-security.kubernetes.io/enforce=restricted"]);
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: database });
    await kubectl(["apply", "-n", stack.namespace, "-f", "-"], { input });
    await kubectl(["wait", "-n", stack.namespace, "--for", "condition=Ready", "--timeout", "60s", "pod/db"]);
    await owner(roles, "postgres");
    await owner(`ALTER ROLE migrator PASSWORD '${passwords["shop-migrator"]}';`);
    await owner(`ALTER ROLE shop PASSWORD '${passwords.shop}';`);
    up = await stack.up();
    seen.push(up.output);
  });
  afterAll(() => stack.remove());

  test("migrates before the app starts, which reads and writes what was granted to it, and no more", async () => {
    const log = await logOf();
    expect(log).toMatchObject({ exitCode: 0, restarts: 0 });
    expect(log?.log).toEqual(linesOf(shownLog));
    const used = await inApp(psql, "INSERT INTO orders (item) VALUES ('tea'); SELECT item, amount FROM orders;");
    expect(used).toMatchObject({ code: 0, stdout: "tea|1\n" });
    for (const sql of [
      "ALTER TABLE orders ADD COLUMN own text",
      "DROP TABLE orders",
      "TRUNCATE orders",
      "CREATE TABLE own ()",
      "CREATE SCHEMA own",
      "SELECT * FROM migrations",
      "SET ROLE migrator",
    ]) {
      const refused = await inApp(psql, `${sql};`);
      expect(refused.stderr, sql).toMatch(/permission denied|must be owner/);
    }
  });

  test("gives the migrating role's password to that step alone", async () => {
    await keepLogs();
    const search = `env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline
while read -r _ folder kind _; do
  case "$folder $kind" in "/ "* | *" proc" | *" sysfs" | *" cgroup2" | *" mqueue" | *" devpts") continue ;; esac
  find "$folder" -xdev -type f -exec cat {} +
done < /proc/mounts`;
    const { stdout: found } = await inApp(["sh", "-c", search]);
    expect(found).toContain(passwords.shop);
    expect(found).toContain(`search ${stack.namespace}.svc`);
    expect(found).not.toContain(passwords["shop-migrator"]);
    const guess = await inApp([...psql, "-U", "migrator", "-c", "SELECT 1"]);
    expect(guess.stderr).toContain('password authentication failed for user "migrator"');
    const { stdout: exported } = await stack.pulumi(["stack", "export", "--show-secrets"]);
    expect(exported).toContain("shop-migrator");
    const pod = await kubectl(["get", "pod", "-n", stack.namespace, await podName(), "-o", "json"]);
    for (const text of [exported, pod, ...seen]) {
      for (const password of Object.values(passwords)) expect(text).not.toContain(password);
    }
  });

  test("changes nothing when its Pod is made anew", async () => {
    const before = await state();
    expect(before).toContain("orders|amount|integer|1");
    await kubectl(["delete", "pod", "-n", stack.namespace, await podName()]);
    const { output } = await stack.up();
    seen.push(output);
    expect(await logOf()).toMatchObject({ exitCode: 0, restarts: 0 });
    expect((await logOf())?.log).toEqual([nothingNew]);
    expect(await state()).toBe(before);
  });

  test("changes nothing when its steps run again in the same Pod", async (context) => {
    if ((await sandboxPart("containerd")) === undefined) return context.skip(onlySandbox);
    const before = await state();
    const migrated = ({ status }: Pod): string | undefined =>
      status.initContainerStatuses?.find(({ name }) => name === "migrate")?.containerID;
    const [pod] = await pods();
    if (pod === undefined) throw new Error("there is no Pod");
    await stopPodSandbox(pod.metadata.uid);
    const again = async (): Promise<boolean> => {
      const [now] = await pods();
      return now !== undefined && isReady(now) && migrated(now) !== migrated(pod);
    };
    expect(await eventually(again, 60)).toBe(true);
    const log = await kubectl(["logs", "-n", stack.namespace, pod.metadata.name, "-c", "migrate"]);
    expect(log).toBe(`${nothingNew}\n`);
    expect(await state()).toBe(before);
  });

  test("fails in `up` with the error of SQL, and leaves no part of a migration behind, with the app still at work", async () => {
    const before = await state();
    const failing = "CREATE TABLE invoices (id bigint); ALTER TABLE orders ADD COLUMN amount text;";
    writeProgram(stack, withMigration(program, failing));
    const { code, output, seconds } = await stack.tryUp();
    seen.push(output);
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(40);
    expect(output).toMatch(/init container "migrate" of Pod \S+ failed\s+after 2 attempts: exit code 1/);
    for (const line of linesOf(shownError)) expect(diagnostics(output)).toContain(`| ${line}`);
    expect(diagnostics(output).match(/error:/g)).toHaveLength(1);
    expect(await state()).toBe(before);
    expect(await inApp(psql, "SELECT item FROM orders;")).toMatchObject({ code: 0, stdout: "tea\n" });
  });

  test("leaves nothing half done when it is killed, lets one Pod in at a time, and is tried again", async (context) => {
    if ((await sandboxPart("containerd")) === undefined) return context.skip(onlySandbox);
    await owner("CREATE TABLE hold (); INSERT INTO hold DEFAULT VALUES; GRANT SELECT ON hold TO migrator;");
    const before = await state();
    const slow =
      "CREATE TABLE invoices (id bigint); WHILE EXISTS (SELECT FROM hold) LOOP PERFORM pg_sleep(0.1); END LOOP;";
    writeProgram(stack, withTwin(withMigration(program, slow)));
    const upping = stack.tryUp();
    /** Who holds the lock, and how many wait for it. */
    const lock = async (): Promise<{ pid: string; address: string; waiting: number }> => {
      const sql = `
SELECT pid, client_addr FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted;
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted;`;
      const lines = (await owner(sql)).split("\n");
      const [pid = "", address = ""] = lines.length === 2 ? (lines[0]?.split("|") ?? []) : [];
      return { pid, address, waiting: Number(lines.at(-1)) };
    };
    const oneAtWork = async (): Promise<boolean> => {
      const { pid, waiting } = await lock();
      return pid !== "" && waiting === 1;
    };
    expect(await eventually(oneAtWork, 60)).toBe(true);
    const { pid, address } = await lock();
    const holder = (await pods()).find(({ status }) => status.podIP === address)?.metadata.name ?? "no Pod";
    const killed = processesWith("HOSTNAME", holder).find(({ arguments: words }) => words[0]?.endsWith("psql"));
    process.kill(killed?.pid ?? NaN, "SIGKILL");
    const rolledBack = async (): Promise<boolean> =>
      (await owner(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid};`)) === "0";
    expect(await eventually(rolledBack, 10)).toBe(true);
    // The other one is at work now, and the killed one, tried again, waits for it.
    expect(await eventually(oneAtWork, 30)).toBe(true);
    expect(await state()).toBe(before);
    await owner("DELETE FROM hold;");
    const { code, output } = await upping;
    seen.push(output);
    expect(code, output).toBe(0);
    const logs = [await logOf(), await logOf("twinLogs")];
    expect(logs.map((log) => log?.restarts).sort()).toEqual([0, 1]);
    expect(logs.filter((log) => log?.log.includes("NOTICE:  migration 3 is applied"))).toHaveLength(1);
    expect(await state()).toMatch(/^invoices\|id[^]*\n1\|\d+\n2\|\d+\n3\|\d+\n/);
  });

  test("would collide with another Pod without its lock", async () => {
    const [pod] = await pods();
    const script = pod?.spec.initContainers.find(({ name }) => name === "migrate")?.command.at(-1) ?? "";
    const slow = withPlaces(script, [["END $migrate$", "PERFORM pg_sleep(1);\nEND $migrate$"]]);
    const unlocked = slow.replace(/PERFORM pg_advisory_xact_lock.*/, "");
    expect(unlocked).not.toBe(slow);
    const twice = async (sql: string, name: string): Promise<string[]> => {
      await owner(`CREATE DATABASE ${name};`, "postgres");
      await owner("CREATE TABLE hold ();", name);
      const once = async (): Promise<string> => await owner(`${sql};`, name).then(() => "done", String);
      return await Promise.all([once(), once()]);
    };
    expect(await twice(slow, "serial")).toEqual(["done", "done"]);
    expect((await twice(unlocked, "collision")).join()).toMatch(/duplicate key|already exists/);
    await keepLogs();
    for (const text of seen) expect(text).not.toContain(passwords["shop-migrator"]);
  });
});
