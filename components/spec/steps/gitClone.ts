import type * as pulumi from "@pulumi/pulumi";
import { gitCloneName } from "../../contract";
import { type EnvVar, escapeExpansion, type Leaves, secretVariable } from "../environment";
import {
  allOf,
  basicUser,
  type Check,
  defaultImages,
  flag,
  gitAddress,
  gitCommit,
  gitFolder,
  gitRef,
  gitTransport,
  knownHosts as knownHostsCheck,
  type Problem,
  problemsIn,
  problemsInOptional,
  seconds,
  type SecretKey,
  secretKeyProblems,
  shownUrl,
  variableSize,
  wholeNumber,
  writtenPath,
} from "../values";
import { graceSeconds, type OwnVolume, type StepPlan } from "./plan";
import { gitCloneScript, variables } from "./scripts/gitClone";

/**
 * Takes the files of one commit of a git repository. The folder appears complete or not at all; the last line of the log
 * is the commit. Run again, it fetches anew and replaces its folder. Files in Git LFS stay pointers.
 */
export interface GitClone {
  /**
   * Address: `https://HOST/PATH`, `http://HOST/PATH`, `ssh://USER@HOST[:PORT]/PATH` or `USER@HOST:PATH`, without credentials in
   * it. One of SSH needs sshKey and knownHosts.
   *
   * Source: https://git-scm.com/docs/git-clone#_git_urls
   */
  repo: pulumi.Input<string>;
  /**
   * Absolute path of the folder that the files are put into. The folder that it lies in becomes a volume which the app sees
   * as well.
   */
  to: string;
  /** Branch or tag; of two of one name, the tag. Not together with commit. Default: the remote's HEAD. */
  ref?: pulumi.Input<string>;
  /** The whole SHA of a commit, 40 or 64 hexadecimal digits. Default: that of ref. */
  commit?: pulumi.Input<string>;
  /**
   * Commits of history that are fetched, 1 or more; 0 is all of it. Where the server doesn't give single commits, one that
   * is named by its SHA takes all of it. Default: 1.
   */
  depth?: number;
  /** Folder of the repository that is taken alone, from the root: to has its content. Not with keepGit. Default: all of it. */
  folder?: string;
  /** Whether submodules are taken too, theirs included. The token is for those on the repository's own host. Default: false. */
  submodules?: boolean;
  /** Whether the folder .git stays, without credentials. Default: false. */
  keepGit?: boolean;
  /**
   * Token or password of HTTP(S), from a Kubernetes Secret: neither in the Pod nor in Pulumi's state. It is sent to the
   * repository's own host alone. Refused where the app could see the same key of the same Secret. Default: none.
   */
  token?: SecretKey;
  /**
   * User name that goes with the token. Default: "x-token-auth", which GitHub, GitLab and Bitbucket take with an access token.
   *
   * Source: https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/
   */
  username?: string;
  /**
   * Private key of SSH without a passphrase, from a Kubernetes Secret: neither in the Pod nor in Pulumi's state. Refused
   * where the app could see the same key of the same Secret. Default: none.
   */
  sshKey?: SecretKey;
  /**
   * Keys of the SSH server, as lines of known_hosts: what "ssh-keyscan HOST" prints, compared with what the host publishes.
   * A server with another key is refused.
   *
   * Source: https://man.openbsd.org/sshd.8#SSH_KNOWN_HOSTS_FILE_FORMAT
   */
  knownHosts?: pulumi.Input<string>;
  /** Tries in all, 1 or more; between them 1, 2, 4, … seconds. Only what can pass is tried again. Default: 3. */
  attempts?: number;
  /** Seconds that all tries may take together; then it fails with exit code 124. Default: 300. */
  timeoutSeconds?: number;
}

const defaultDepth = 1;
/** GitHub and GitLab look at the token alone, Bitbucket asks for this name. */
const defaultUsername = "x-token-auth";
const defaultAttempts = 3;
const defaultTimeoutSeconds = 300;

const sshFolder = "/run/init-pod/ssh";
const sshKeyFile = "key";
/** Whatever user reads it; no other container mounts it. */
const sshKeyMode = 0o444;
const passwdFile = "passwd";

/** The plan of a step that clones a git repository. */
export function gitClone(value: GitClone): StepPlan {
  const { to, token, sshKey } = value;
  return {
    image: defaultImages.git,
    canBeSidecar: false,
    timeoutSeconds: (value.timeoutSeconds ?? defaultTimeoutSeconds) + graceSeconds,
    writes: typeof to === "string" ? [to] : [],
    variables: [],
    secrets: { ...(token === undefined ? {} : { token }), ...(sshKey === undefined ? {} : { sshKey }) },
    problems: (field) => problems(value, field),
    container: (field, leaves) => ({
      command: ["sh", "-c", escapeExpansion(gitCloneScript), gitCloneName],
      env: env(value, field, leaves),
    }),
    volumes: (field, leaves, user) => (sshKey === undefined ? [] : sshVolumes(sshKey, field, leaves, user)),
  };
}

function problems(value: GitClone, field: string): Problem[] {
  const { ref, commit, folder, token, username, sshKey, knownHosts } = value;
  const wrong = (name: string, fix: string): Problem => ({ field: `${field}.${name}`, value: "", fix });
  return [
    ...problemsIn(`${field}.repo`, value.repo, allOf(addressFor(value), variableSize(variables.repo)), shownUrl),
    ...problemsIn(`${field}.to`, value.to, writtenPath),
    ...problemsInOptional(`${field}.ref`, ref, allOf(gitRef, variableSize(variables.ref))),
    ...problemsInOptional(`${field}.commit`, commit, gitCommit),
    ...(ref !== undefined && commit !== undefined ? [wrong("ref", "is given beside commit; keep one of them")] : []),
    ...problemsInOptional(`${field}.depth`, value.depth, wholeNumber(0)),
    ...problemsInOptional(`${field}.folder`, folder, gitFolder),
    ...problemsInOptional(`${field}.submodules`, value.submodules, flag),
    ...problemsInOptional(`${field}.keepGit`, value.keepGit, flag),
    ...(folder !== undefined && value.keepGit === true
      ? [wrong("keepGit", "can't go with folder: .git belongs to the whole repository; remove one of them")]
      : []),
    ...(token === undefined ? [] : secretKeyProblems(`${field}.token`, token)),
    ...problemsInOptional(`${field}.username`, username, basicUser),
    ...(username !== undefined && token === undefined ? [wrong("username", "goes with token; give that too")] : []),
    ...(sshKey === undefined ? [] : secretKeyProblems(`${field}.sshKey`, sshKey)),
    ...problemsInOptional(
      `${field}.knownHosts`,
      knownHosts,
      allOf(knownHostsCheck, variableSize(variables.knownHosts)),
    ),
    ...(sshKey !== undefined && knownHosts === undefined ? [wrong("knownHosts", noKnownHosts)] : []),
    ...(sshKey === undefined && knownHosts !== undefined
      ? [wrong("knownHosts", "goes with sshKey; give that too")]
      : []),
    ...problemsInOptional(`${field}.attempts`, value.attempts, wholeNumber(1)),
    ...problemsInOptional(`${field}.timeoutSeconds`, value.timeoutSeconds, seconds),
  ];
}

const noKnownHosts =
  "is missing: without the server's keys, whoever answers in its place would be trusted; take them from " +
  "`ssh-keyscan HOST` (with a port: `ssh-keyscan -p PORT HOST`) and compare them with what the host publishes";

/** The address together with the credentials, which are for one kind of address each. */
function addressFor({ token, sshKey }: GitClone): Check {
  return allOf(gitAddress, (value) => {
    const isSsh = gitTransport(String(value)) === "ssh";
    if (isSsh && token !== undefined) return "is an address of SSH, and token is for http(s); give sshKey in its place";
    if (isSsh && sshKey === undefined) return "is an address of SSH, which needs sshKey and knownHosts";
    return !isSsh && sshKey !== undefined
      ? "is an address of HTTP, and sshKey is for SSH; write USER@HOST:PATH, or give token in its place"
      : undefined;
  });
}

function env(value: GitClone, field: string, leaves: Leaves): EnvVar[] {
  const { repo, ref, commit, folder, token, sshKey, knownHosts } = value;
  const leaf = (name: string, input: pulumi.Input<string> | undefined, at: string, check: Check): EnvVar[] =>
    input === undefined ? [] : [leaves.variable(name, input, `${field}.${at}`, allOf(check, variableSize(name)))];
  const plain = (name: string, text: string): EnvVar => ({ name, value: escapeExpansion(text) });
  return [
    ...leaf(variables.repo, repo, "repo", addressFor(value)),
    plain(variables.to, value.to),
    ...leaf(variables.ref, ref, "ref", gitRef),
    ...leaf(variables.commit, commit, "commit", gitCommit),
    plain(variables.depth, String(value.depth ?? defaultDepth)),
    ...(folder === undefined ? [] : [plain(variables.folder, folder)]),
    plain(variables.submodules, String(value.submodules ?? false)),
    plain(variables.keepGit, String(value.keepGit ?? false)),
    plain(variables.attempts, String(value.attempts ?? defaultAttempts)),
    plain(variables.timeout, String(value.timeoutSeconds ?? defaultTimeoutSeconds)),
    ...(token === undefined
      ? []
      : [
          plain(variables.username, value.username ?? defaultUsername),
          secretVariable(variables.token, leaves.secret(token, `${field}.token`)),
        ]),
    ...(sshKey === undefined ? [] : [plain(variables.sshKeyFile, `${sshFolder}/${sshKeyFile}`)]),
    ...leaf(variables.knownHosts, knownHosts, "knownHosts", knownHostsCheck),
  ];
}

/** The key and, where the user is known that it runs as, the entry in /etc/passwd that OpenSSH wants for it. */
function sshVolumes(sshKey: SecretKey, field: string, leaves: Leaves, user?: number): OwnVolume[] {
  const { secret, key } = leaves.secret(sshKey, `${field}.sshKey`);
  const items = [{ key, path: sshKeyFile }];
  return [
    {
      suffix: "ssh",
      mountPath: sshFolder,
      source: { secret: { secretName: secret, items, defaultMode: sshKeyMode } },
    },
    ...(user === undefined || user === 0
      ? []
      : [
          {
            suffix: "passwd",
            mountPath: "/etc/passwd",
            subPath: passwdFile,
            source: { configMap: { name: leaves.keep("ConfigMap", { [passwdFile]: passwdOf(user) }) } },
          },
        ]),
  ];
}

function passwdOf(user: number): string {
  return ["root:x:0:0:root:/root:/bin/sh", `init-pod:x:${user}:${user}:init-pod:/tmp:/bin/sh`, ""].join("\n");
}
