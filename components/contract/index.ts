// Labels, annotations, protocols and URLs that component, forwarder and command share.
export { annotation, ownPrefix } from "./annotations";
export {
  defaultRetries,
  type Expectations,
  expectationsOf,
  type Retries,
  retriesText,
  timeoutOf,
  type Timeouts,
  timeoutsText,
  toleratedRetries,
} from "./expectations";
export { type Identity, identityOf, nameOf } from "./identity";
export {
  covers,
  hasLabels,
  idLabel,
  type Labels,
  labelSelector,
  type LabelSets,
  ofAnyInitPod,
  ofNoInitPod,
  unionOf,
} from "./labels";
export { isMade, lostLabel, type LostMark, lostMark, lostMarkText, type Marked } from "./marks";
export { lookHeader, ownHeader } from "./ownHeaders";
export { defaultProtocol, ForwardProtocol, isProtocol } from "./protocols";
export { copyName, downloadName, filesName, gitCloneName, waitForExits, waitForName } from "./scriptNames";
export { listenAddress, urlOnThisMachine } from "./urls";
