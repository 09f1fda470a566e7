import { createHash, randomBytes, randomInt, randomUUID } from "node:crypto";
import { asObject, getString, type Json, type JsonObject } from "../json.ts";
import { secret } from "../wire.ts";

export interface RandomKind {
  /** Values of inputs that a program may leave out. */
  defaults: JsonObject;
  /** Names of what `make` adds: unknown in a preview. */
  results: string[];
  /** Names of results that are secret. */
  secrets?: string[];
  required: string[];
  check?: (inputs: JsonObject) => string | undefined;
  make: (inputs: JsonObject) => { id: string; results: JsonObject };
}

/** Numbers below `limit`: of the seed where there is one, so that the same seed always gives the same. */
function draws(seed: string): (limit: number) => number {
  if (seed === "") return (limit) => randomInt(limit);
  let count = 0;
  return (limit) => {
    const hash = createHash("sha256").update(`${seed}:${count++}`).digest();
    return Number(hash.readBigUInt64BE() % BigInt(limit));
  };
}

function numberOf(inputs: JsonObject, key: string): number {
  const value = inputs[key];
  return typeof value === "number" ? value : 0;
}

const alphabets = {
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  lower: "abcdefghijklmnopqrstuvwxyz",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
};

function isOn(inputs: JsonObject, kind: string): boolean {
  return (kind === "numeric" ? (inputs.number ?? inputs.numeric) : inputs[kind]) !== false;
}

function makeString(inputs: JsonObject): string {
  const draw = draws("");
  const pick = (from: string) => from.charAt(draw(from.length));
  const special = getString(inputs, "overrideSpecial") || alphabets.special;
  const sets = Object.entries({ ...alphabets, special }).filter(([kind]) => isOn(inputs, kind));
  const all = sets.map(([, set]) => set).join("");
  const letters: string[] = [];
  for (const [kind, set] of sets) {
    const least = numberOf(inputs, `min${kind.charAt(0).toUpperCase()}${kind.slice(1)}`);
    for (let index = 0; index < least; index++) letters.push(pick(set));
  }
  while (letters.length < numberOf(inputs, "length")) letters.push(pick(all));
  for (let index = letters.length - 1; index > 0; index--) {
    const other = draw(index + 1);
    [letters[index], letters[other]] = [letters[other] ?? "", letters[index] ?? ""];
  }
  return letters.join("");
}

function checkString(inputs: JsonObject): string | undefined {
  if (numberOf(inputs, "length") < 1) return "length must be at least 1";
  const some = Object.keys(alphabets).some((kind) => isOn(inputs, kind));
  return some ? undefined : "at least one of upper, lower, numeric and special must be true";
}

const stringDefaults: JsonObject = {
  lower: true,
  minLower: 0,
  minNumeric: 0,
  minSpecial: 0,
  minUpper: 0,
  number: true,
  numeric: true,
  special: true,
  upper: true,
};

const adjectives = "able bold calm dear easy fair glad holy just keen loyal merry neat open proud quick".split(" ");
const animals = "ant bee cat dog eel fox gnu hen ibex jay kid lynx mole newt owl pug".split(" ");

export const kinds: Record<string, RandomKind> = {
  RandomInteger: {
    defaults: {},
    results: ["result"],
    required: ["min", "max"],
    check: (inputs) =>
      numberOf(inputs, "min") > numberOf(inputs, "max") ? "min must not be greater than max" : undefined,
    make: (inputs) => {
      const min = numberOf(inputs, "min");
      const result = min + draws(getString(inputs, "seed"))(numberOf(inputs, "max") - min + 1);
      return { id: String(result), results: { result } };
    },
  },
  RandomString: {
    defaults: stringDefaults,
    results: ["result"],
    required: ["length"],
    check: checkString,
    make: (inputs) => {
      const result = makeString(inputs);
      return { id: result, results: { result } };
    },
  },
  RandomPassword: {
    defaults: stringDefaults,
    results: ["result"],
    secrets: ["result"],
    required: ["length"],
    check: checkString,
    make: (inputs) => ({ id: "none", results: { result: makeString(inputs) } }),
  },
  RandomId: {
    defaults: {},
    results: ["hex", "dec", "b64Std", "b64Url"],
    required: ["byteLength"],
    make: (inputs) => {
      const bytes = randomBytes(numberOf(inputs, "byteLength"));
      const prefix = getString(inputs, "prefix");
      const hex = bytes.toString("hex");
      const results = {
        hex: prefix + hex,
        dec: prefix + BigInt(`0x${hex || "0"}`).toString(),
        b64Std: prefix + bytes.toString("base64"),
        b64Url: prefix + bytes.toString("base64url"),
      };
      return { id: bytes.toString("base64url"), results };
    },
  },
  RandomPet: {
    defaults: { length: 2, separator: "-" },
    results: [],
    required: [],
    make: (inputs) => {
      const draw = draws("");
      const pick = (words: string[]) => words[draw(words.length)] ?? "";
      const count = Math.max(1, numberOf(inputs, "length"));
      const words = Array.from({ length: count }, (_, index) => pick(index === count - 1 ? animals : adjectives));
      const prefix = getString(inputs, "prefix");
      return { id: [...(prefix === "" ? [] : [prefix]), ...words].join(getString(inputs, "separator")), results: {} };
    },
  },
  RandomUuid: {
    defaults: {},
    results: ["result"],
    required: [],
    make: () => {
      const result = randomUUID();
      return { id: result, results: { result } };
    },
  },
};

/** Inputs with the defaults, and without the nulls that say nothing. */
export function complete(kind: RandomKind, inputs: JsonObject): JsonObject {
  const said = Object.entries(inputs).filter(([key, value]) => value !== null && !key.startsWith("__"));
  return { ...kind.defaults, ...Object.fromEntries(said) };
}

export function withSecrets(kind: RandomKind, results: JsonObject): JsonObject {
  const entries = Object.entries(results).map(([key, value]): [string, Json | undefined] => [
    key,
    value !== undefined && kind.secrets?.includes(key) ? secret(value) : value,
  ]);
  return asObject(Object.fromEntries(entries));
}
