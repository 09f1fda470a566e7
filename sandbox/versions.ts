/** What the sandbox consists of. The Go modules' versions stand in the go.mod files as well; a build checks none of them. */
export const kubernetesVersion = "v1.37.2";
export const pulumiVersion = "v3.259.0";
export const languageHostVersion = "v3.62.0";
export const yamlHostVersion = "v1.25.0";
export const containerdVersion = "v2.4.2";
export const corednsVersion = "v1.15.0";

/** The oldest engine that the package supports (requiredPulumiVersion in Pulumi.yaml). */
export const oldestPulumi = [3, 226, 0] as const;

const [major, minor] = kubernetesVersion.slice(1).split(".");

/**
 * Without these, Kubernetes calls itself v0.0.0-master+$Format:%H$, which kubectl can't parse, and Pulumi has no
 * version to compare with a plugin's. The build date is fixed, so that equal sources give equal binaries.
 */
export const linkerFlags = [
  "-s",
  "-w",
  ...["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((name) => [
    `-X ${name}.gitVersion=${kubernetesVersion}`,
    `-X ${name}.gitMajor=${major}`,
    `-X ${name}.gitMinor=${minor}`,
    `-X ${name}.gitTreeState=clean`,
    `-X ${name}.buildDate=1970-01-01T00:00:00Z`,
  ]),
  `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${pulumiVersion}`,
  `-X github.com/pulumi/pulumi/pkg/v3/version.Version=${pulumiVersion}`,
].join(" ");
