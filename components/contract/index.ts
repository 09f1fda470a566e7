// Labels, annotations, protocols and URLs that component, forwarder and command share.
export { annotation, ownPrefix } from "./annotations";
export {
  defaultRetries,
  type Expectations,
  expectationsOf,
  type Retries,
  retriesText,
  toleratedRetries,
} from "./expectations";
export { type Identity, identityOf } from "./identity";
export { commonLabels, hasLabels, labelSelector, managedBy, selectorLabel } from "./labels";
export { lookHeader, ownHeader } from "./ownHeaders";
export { defaultProtocol, ForwardProtocol, isProtocol } from "./protocols";
export { listenAddress, urlOnThisMachine } from "./urls";
