import * as pulumi from "@pulumi/pulumi";
import { nothing, type Self } from "../../pulumi";
import { baselineFields, serverFields, type UnknownField, unknownFields } from "../../spec/knownFields";
import { plainOf } from "./plain";

/**
 * Warns of fields that this cluster does not know: it takes the object, and leaves them out without a word. Only where some
 * are not in every Kubernetes is the cluster asked; where it does not say, nothing is said.
 */
export async function warnOfUnknownFields(
  { component, link }: Self,
  specs: Readonly<Record<"Pod" | "Service", unknown>>,
): Promise<void> {
  for (const [kind, spec] of Object.entries(specs)) {
    // Whatever fails here is reported by those who need it.
    const plain = await plainOf(spec).catch(() => undefined);
    const type = `${kind}Spec`;
    if (unknownFields(plain, type, baselineFields).length === 0) continue;
    const asked = link.use(component, nothing, async (session) => {
      const document = await session.coreDocument();
      const unknown = document === undefined ? [] : unknownFields(plain, type, serverFields(document));
      if (unknown.length > 0) await pulumi.log.warn(textOf(kind, unknown), component);
    });
    await asked.catch(() => undefined);
  }
}

function textOf(kind: string, unknown: readonly UnknownField[]): string {
  const fields = unknown.map(
    ({ path, meant }) => `spec.${path}` + (meant === undefined ? "" : ` (did you mean ${meant}?)`),
  );
  const what = fields.length === 1 ? "a field" : `${fields.length} fields`;
  return `This cluster does not know ${what} of the ${kind}, and leaves ${fields.length === 1 ? "it" : "them"} out: ${fields.join(", ")}.`;
}
