// What the arguments are, field by field, and what is made of values that are something else. Pure.
export { guarded, shaped } from "./shape";
