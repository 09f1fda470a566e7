// What becomes of an InitPod, as data and in words. Pure.
export { masked } from "./masked";
export type { Change, DeletedFirst, Meanwhile, OfPod, OfService, Outlook, Reason, Step } from "./types";
export { noticeOf, wordsOf } from "./words";
