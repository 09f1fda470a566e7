// The files that `up`, the forwarder and the command agree on.
export { daemonLog, logName } from "./daemonLog";
export {
  type DesiredForward,
  fileNames,
  forwardKey,
  type ForwardOwner,
  type ForwardRequest,
  listDesired,
  readDesired,
  removeForward,
  samePlace,
  type StoredForward,
  writeDesired,
} from "./desired";
export { holdForward, isHeld } from "./hold";
export { type DaemonLock, holdsLock, liveDaemon, releaseLock, removeLock, takeLock } from "./lock";
export { isAlive, ownIdentity } from "./processIdentity";
export { answerQuestions, askToList, daemonResponds } from "./question";
export { type ForwardRecord, readRecord, writeRecord } from "./record";
export { assertWritable, ensureStateFolder, stateFolder, unusable } from "./stateFolder";
export { type RunTool, runTool } from "./systemTool";
export { builtFile, compareVersions, packageVersion } from "./version";
