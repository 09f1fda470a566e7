// What of a spec was applied, in a form that can be compared and gives nothing away. Pure.
export { ignoring } from "./ignoring";
export { Hidden, hiddenIn, isOrder, type Leaves, leavesOf, unknownLeaf } from "./leaves";
export {
  type Applied,
  appliedLeaves,
  type Difference,
  differenceFrom,
  hasOthersItems,
  holds,
  isDifferent,
  parseRecord,
  type Recorded,
  recordOf,
  wasHidden,
  withMetadata,
} from "./record";
