/**
 * What the daemon's environment holds, by reason. All else is left out: the environment of a Pulumi program holds secret
 * config in clear (`PULUMI_CONFIG`) and would stand in `/proc` for days. So credentials that are environment variables
 * themselves (`AWS_SECRET_ACCESS_KEY`, …) don't reach credential plugins: these need a profile or a file.
 */
const kept: readonly RegExp[] = [
  // Finding programs and the user's own files.
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TZ|TMPDIR|TEMP|TMP|XDG_[A-Z_]+)$/,
  // Windows, where names have any case.
  /^(Path|PATHEXT|SystemRoot|SystemDrive|windir|ComSpec|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA)$/i,
  /^(ProgramData|ProgramFiles|ProgramFiles\(x86\)|CommonProgramFiles)$/i,
  // Reaching the API server: proxies and certificates.
  /^(https?_proxy|all_proxy|no_proxy|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS)$/i,
  // The cluster of the Pod that this runs in.
  /^(KUBERNETES_SERVICE_(HOST|PORT)|POD_NAMESPACE)$/,
  // Where credential plugins look: names of profiles, accounts and files, never keys or tokens.
  /^(KUBECONFIG|KREW_ROOT|USE_GKE_GCLOUD_AUTH_PLUGIN|AAD_LOGIN_METHOD)$/,
  /^AWS_(PROFILE|DEFAULT_PROFILE|REGION|DEFAULT_REGION|CONFIG_FILE|SHARED_CREDENTIALS_FILE|CA_BUNDLE)$/,
  /^AWS_(ROLE_ARN|ROLE_SESSION_NAME|WEB_IDENTITY_TOKEN_FILE|SDK_LOAD_CONFIG|STS_REGIONAL_ENDPOINTS|ENDPOINT_URL.*)$/,
  /^(GOOGLE_APPLICATION_CREDENTIALS|GOOGLE_CLOUD_PROJECT|CLOUDSDK_CONFIG|CLOUDSDK_ACTIVE_CONFIG_NAME)$/,
  /^CLOUDSDK_(CORE|COMPUTE)_[A-Z_]+$/,
  /^AZURE_(CONFIG_DIR|TENANT_ID|CLIENT_ID|AUTHORITY_HOST|FEDERATED_TOKEN_FILE|ENVIRONMENT)$/,
];

/** The part of `env` that the daemon is started with. */
export function daemonEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // The content of GOOGLE_APPLICATION_CREDENTIALS may be the key itself instead of its path.
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => kept.some((rule) => rule.test(name)) && !value?.startsWith("{")),
  );
}
