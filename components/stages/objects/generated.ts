import { type Self, withoutStacks } from "../../pulumi";
import type { GeneratedSecret } from "../../spec";
import type { Texts } from "../../spec/environment";
import type { Problem } from "../../spec/values";

const library = "@pulumi/random";

/** What keeps secrets from being generated here: the library is not needed where none are. */
export function generationProblems(generate: unknown): Problem[] {
  if (typeof generate !== "object" || generate === null || Object.keys(generate).length === 0) return [];
  try {
    // By its whole name, and not only looked for: a bundle has it in itself.
    require("@pulumi/random/package.json");
    return [];
  } catch {
    return [{ field: "generate", value: "", fix: `needs the package ${library}: npm install ${library}` }];
  }
}

/** Makes the secrets, and gives their values by name. The library is loaded where some are asked for, and so is its plugin. */
export async function generateSecrets(
  { name, component }: Self,
  generate: Readonly<Record<string, GeneratedSecret>> = {},
): Promise<Texts> {
  const entries = Object.entries(generate);
  if (entries.length === 0) return {};
  const { RandomPassword } = await import("@pulumi/random/randomPassword.js");
  return Object.fromEntries(
    entries.map(([key, { length = defaultLength, special, keepers }]) => {
      const made = withoutStacks(
        () =>
          new RandomPassword(
            `${name}-${key}`,
            { length, special: special !== undefined, overrideSpecial: special, keepers },
            { parent: component },
          ),
      );
      return [key, made.result];
    }),
  );
}

const defaultLength = 32;
