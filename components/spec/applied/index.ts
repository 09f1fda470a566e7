// What of a spec was applied, in a form that can be compared and gives nothing away. Pure.
export { ignoring } from "./ignoring";
export { isOrder, type Leaves, leavesOf, unknownLeaf } from "./leaves";
export { type Difference, differenceFrom, holds, parseRecord, recordOf } from "./record";
