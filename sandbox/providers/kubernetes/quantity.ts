const decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const nanosPerUnit = 1_000_000_000n;

/**
 * The one way in which the API server writes a quantity: "1000m" is "1", "0.5" is "500m", "1024Mi" is "1Gi". Without
 * it each way to write the same amount would look like a change. What isn't a quantity comes back as it is.
 */
export function canonicalQuantity(text: string): string {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/.exec(text);
  if (!match) return text;
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match;
  const isBinary = suffix.endsWith("i");
  const power = isBinary ? binary.indexOf(suffix) : decimal.indexOf(suffix);
  const scale = isBinary ? nanosPerUnit * 1024n ** BigInt(power) : 1000n ** BigInt(power);
  const nanos = (BigInt(whole + fraction) * scale) / 10n ** BigInt(fraction.length);
  const minus = sign === "-" ? "-" : "";
  if (nanos === 0n) return "0";
  if (isBinary && nanos % nanosPerUnit === 0n && nanos >= 1024n * nanosPerUnit) {
    return minus + largest(nanos / nanosPerUnit, 1024n, binary);
  }
  return minus + largest(nanos, 1000n, decimal);
}

function largest(amount: bigint, step: bigint, suffixes: string[]): string {
  let rest = amount;
  let index = 0;
  while (index < suffixes.length - 1 && rest % step === 0n) {
    rest /= step;
    index++;
  }
  return `${rest}${suffixes[index] ?? ""}`;
}
