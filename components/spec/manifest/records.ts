/**
 * The fields that have a value: an undefined one would be sent as such by some SDKs.
 *
 * @param fields - an object
 * @returns the object without its undefined fields
 */
export function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/**
 * The same keys with other values.
 *
 * @param record - values by key
 * @param map - what becomes of each
 * @returns new values by key, in the same order
 */
export function mapEntries<T>(record: Record<string, T> = {}, map: (value: T, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
