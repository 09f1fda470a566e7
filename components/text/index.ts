// Text for people: widths, colours, durations, masked secrets.
export { cleanLine } from "./cleanLine";
export { cut, lengthOf, wrap } from "./columns";
export { didYouMean } from "./didYouMean";
export { formatDuration, millisecondsBetween } from "./duration";
export { errorText } from "./errorText";
export { masker } from "./mask";
export { plainText, pulumiText, type TextStyle } from "./style";
