// Checks of single values, and values as Kubernetes takes them.
export {
  type Check,
  checked,
  type Fail,
  isPlain,
  isPlainObject,
  partsOf,
  problemsIn,
  problemsInOptional,
  withLateErrors,
} from "./checked";
export {
  fileMode,
  flag,
  headerName,
  headerValue,
  hostAndPort,
  httpPath,
  httpUrl,
  nonEmpty,
  oneOf,
  passwordLength,
  pemCertificates,
  port,
  proxyUrl,
  seconds,
  sha256,
  specialCharacters,
  text,
  wholeNumber,
} from "./checks";
export {
  basicUser,
  gitAddress,
  gitCommit,
  gitFolder,
  gitRef,
  type GitTransport,
  gitTransport,
  knownHosts,
} from "./git";
export { image, mirrored, registry } from "./image";
export { defaultImages } from "./images";
export {
  annotationKey,
  dnsLabel,
  envName,
  labelKey,
  labelValue,
  objectName,
  portName,
  portOrName,
  probeHeaderName,
  quantity,
  resourceName,
  secretKey,
} from "./kubernetesNames";
export { absolutePath, folderOf, isWithin, mountPath, relativePath, writtenPath } from "./paths";
export { formatProblems, hiddenValue, type Problem, problemLine, shownUrl, shownValue } from "./problem";
export { type KeyOfSecret, secretEnvProblems, type SecretKey, secretKeyProblems } from "./secretKeys";
export { allOf, argumentSize, bytesOf, mapArguments, shownBytes, variableSize } from "./sizes";
