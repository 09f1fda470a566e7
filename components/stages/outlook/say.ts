import type { Pod as CreatedPod, Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { latestPod, type Pod } from "../../cluster/pods";
import { packageVersion } from "../../forward/state";
import { nothing, type PodOptions, registeredOutputs, type Self } from "../../pulumi";
import { type DeletedFirst, masked, noticeOf, type Outlook, type Reason, wordsOf } from "../../spec/changes";
import { cleanLine, masker } from "../../text";
import type { AppliedSpec } from "../applied";
import { fixedBy } from "../landed";
import { type Answer, answerOf } from "./answer";
import { ofPod } from "./pod";
import { ofService } from "./service";

/** An InitPod of which the objects are registered, and what it has been made of. */
export interface Registered {
  pod: CreatedPod;
  service: Service | undefined;
  serviceSpec?: unknown;
  servicePort?: number;
  /** Name of the app's container. */
  app: string;
  /** Whether the Pod has a port. */
  serves: boolean;
  isNew: boolean;
  earlier: readonly Pod[] | undefined;
  retry: Reason | undefined;
  applied: AppliedSpec;
  options: PodOptions;
  /** Texts that must not show. */
  secrets: () => Promise<readonly unknown[]>;
}

/**
 * Says in words what the run does: a preview all of it, `up` what Pulumi's own lines can't tell. By the answers of the engine,
 * so that nothing is said that it has decided otherwise; where there is none, as it failed, nothing. Nobody has to wait for it.
 */
export async function sayOutlook(self: Self, registered: Registered): Promise<void> {
  // Mocks answer as they please.
  if (pulumi.runtime.getEngine() === undefined) return;
  const outlook = await outlookOf(self, registered);
  if (outlook === undefined) return;
  const mask = masker((await registered.secrets()).filter((secret) => typeof secret === "string"));
  const text = (pulumi.runtime.isDryRun() ? wordsOf : noticeOf)(masked(outlook, mask));
  if (text !== undefined) await pulumi.log.info(mask(cleanLine(text)), self.component);
}

async function outlookOf(self: Self, registered: Registered): Promise<Outlook | undefined> {
  const { name, component } = self;
  const { service, applied, isNew, earlier, retry, options, app, serves, servicePort } = registered;
  const [ofThePod, ofTheService, last, outcome] = await Promise.all([
    answerOf(registered.pod),
    service && answerOf(service),
    registeredOutputs(component),
    applied.outcome(),
  ]);
  if (ofThePod === undefined) return undefined;
  const newest = latestPod(earlier ?? []);
  const answer = inUp(ofThePod, newest);
  const context = await self.link.use<string | undefined>(component, nothing, ({ client }) => client.context);
  const namespace = answer.metadata?.namespace;
  return {
    name,
    app,
    serves,
    pod: ofPod({
      ...outcome,
      isNew,
      earlier,
      newest,
      retry,
      answer,
      deletedFirst: deletedFirst(answer, options, applied.isDeletedFirst),
      options,
      isProtected: isProtected(registered.pod),
      version: packageVersion(),
    }),
    service: await ofService({ spec: registered.serviceSpec, port: servicePort }, ofTheService, last, newest),
    namespace: typeof namespace === "string" ? namespace : undefined,
    context: context === "" ? undefined : context,
  };
}

/** What is made has an id by then: it is told by the uid. */
function inUp(answer: Answer, newest: Pod | undefined): Answer {
  if (pulumi.runtime.isDryRun()) return answer;
  return { ...answer, isMade: answer.metadata?.uid !== newest?.metadata.uid };
}

function deletedFirst(
  { metadata }: Answer,
  { deleteBeforeReplace }: PodOptions,
  isAsked: boolean,
): DeletedFirst | undefined {
  const asked = isAsked ? "asked" : undefined;
  const { annotations } = metadata ?? {};
  if (metadata === undefined || (annotations !== undefined && typeof annotations !== "object")) return asked;
  const why = fixedBy((annotations ?? {}) as Record<string, unknown>);
  return (why === "ownName" && deleteBeforeReplace === false ? undefined : why) ?? asked;
}

/** What the SDK's types don't declare; a component hands it down. */
function isProtected(pod: CreatedPod): boolean {
  return (pod as { __protect?: boolean }).__protect === true;
}
