/** The fields that have a value: an undefined one would be sent as such by some SDKs. */
export function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The same keys, in the same order, with other values. */
export function mapEntries<T, U>(record: Record<string, T> = {}, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
