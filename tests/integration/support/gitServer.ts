import { images } from "./programs.ts";
import { mustRun } from "./run.ts";
import { kubectl } from "./stack.ts";

/** What git itself takes for a token. */
export const gitToken = "hunter2";

/**
 * Serves /srv/git by HTTP to who has the token, at /cgi-bin/open to everyone, and by SSH to who has the key; /cgi-bin/slow does
 * not answer.
 */
const serve = `set -eu
git config --system safe.directory '*'
git config --system user.email a@x
git config --system user.name a
git config --system protocol.file.allow always
mkdir -p /srv/git /work /keys /run/sshd /www/cgi-bin
for name in host user; do ssh-keygen -q -t ed25519 -N '' -C "$name" -f "/keys/$name"; done
echo 'git:*:1000:1000::/srv/git:/bin/sh' >>/etc/passwd
echo 'sshd:*:100:65534::/run/sshd:/bin/false' >>/etc/passwd
cat >/etc/sshd.conf <<'END'
Port 2222
HostKey /keys/host
AuthorizedKeysFile /keys/user.pub
StrictModes no
PasswordAuthentication no
END
printf '#!/bin/sh\\nGIT_PROJECT_ROOT=/srv/git GIT_HTTP_EXPORT_ALL=1 GIT_PROTOCOL=\${HTTP_GIT_PROTOCOL-} exec git http-backend\\n' >/www/cgi-bin/git
cp /www/cgi-bin/git /www/cgi-bin/open
printf '#!/bin/sh\\nsleep 60\\n' >/www/cgi-bin/slow
chmod +x /www/cgi-bin/*
echo "/cgi-bin/git:x-token-auth:${gitToken}" >/etc/httpd.conf
for name in lib site; do
  git init -q -b main "/work/$name"
  git init -q --bare -b main "/srv/git/$name"
  git -C "/work/$name" remote add origin "/srv/git/$name"
done
cd /work/lib
echo lib >lib.txt
git add . && git commit -qm lib && git push -q origin main
cd /work/site
git submodule --quiet add ../lib parts/lib
git config -f .gitmodules submodule.parts/lib.url ../lib
mkdir public
echo page >public/page.html
echo one >index.html
git add . && git commit -qm one && git tag v1 && git tag v1.4.0
echo two >index.html
git commit -qam two
git push -q origin main v1 v1.4.0
/usr/sbin/sshd -e -f /etc/sshd.conf
touch /ready
exec httpd -f -p 8080 -h /www -c /etc/httpd.conf
`;

/** A git server in a namespace, at the host "git", with the token and the key of a user in the Secret "git". */
export class GitServer {
  private constructor(
    readonly namespace: string,
    /** Lines of known_hosts for its key, by its port. */
    readonly knownHosts: string,
    /** The same with another key. */
    readonly otherHosts: string,
  ) {}

  static async start(namespace: string): Promise<GitServer> {
    const labels = { app: "git" };
    const ports = [
      { name: "http", port: 80, targetPort: 8080 },
      { name: "ssh", port: 22, targetPort: 2222 },
      { name: "other-ssh", port: 2222, targetPort: 2222 },
    ];
    const container = {
      name: "git",
      image: images.git,
      command: ["sh", "-c", serve],
      readinessProbe: { exec: { command: ["test", "-e", "/ready"] }, periodSeconds: 1 },
    };
    await apply(namespace, { kind: "Service", metadata: { name: "git" }, spec: { selector: labels, ports } });
    await apply(namespace, {
      kind: "Pod",
      metadata: { name: "git", labels },
      spec: { terminationGracePeriodSeconds: 0, containers: [container] },
    });
    await kubectl(["wait", "pod/git", "-n", namespace, "--for=condition=Ready", "--timeout=60s"]);
    const exec = (...command: string[]): Promise<string> => kubectl(["exec", "git", "-n", namespace, "--", ...command]);
    const ssh = (await exec("cat", "/keys/user")).trim();
    const stringData = { token: `${gitToken}\n`, wrong: "wrong", ssh, "ssh-privatekey": ssh };
    await apply(namespace, { kind: "Secret", metadata: { name: "git" }, stringData });
    const hosts = async (name: string): Promise<string> => {
      const key = (await exec("cat", `/keys/${name}.pub`)).trim();
      return `git ${key}\n[git]:2222 ${key}`;
    };
    return new GitServer(namespace, await hosts("host"), await hosts("user"));
  }

  /** Runs a script in the working copy of "site"; its output. */
  async inSite(script: string): Promise<string> {
    const command = ["sh", "-euc", `cd /work/site; ${script}`];
    return (await kubectl(["exec", "git", "-n", this.namespace, "--", ...command])).trim();
  }
}

async function apply(namespace: string, object: object): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", ...object });
  await mustRun("kubectl", ["apply", "-n", namespace, "-f", "-"], { input });
}
