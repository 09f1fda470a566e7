import grpc from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { JsonObject } from "./json.ts";
import { type Autonaming, type Difference, InitFailedError, type Log, type Provider } from "./provider.ts";
import { plain } from "./wire.ts";

type Handler = grpc.UntypedHandleCall;

function bag(struct: Struct | undefined): JsonObject {
  return struct?.toJavaScript() ?? {};
}

function struct(value: JsonObject): Struct {
  return structPb.Struct.fromJavaScript(value as Parameters<typeof structPb.Struct.fromJavaScript>[0]);
}

/** The engine reads what was made, and why it isn't right, from a binary trailer. */
function initFailed(error: InitFailedError): Partial<grpc.StatusObject> {
  const detail = new pb.ErrorResourceInitFailed();
  detail.setId(error.instance.id);
  detail.setProperties(struct(error.instance.properties));
  if (error.instance.inputs) detail.setInputs(struct(error.instance.inputs));
  detail.setReasonsList(error.reasons);
  const any = new anyPb.Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}

function failure(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof InitFailedError) return initFailed(error);
  return { code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) };
}

type Run<Request, Response> = (request: Request) => Promise<Response> | Response;

function unary<Request, Response>(run: Run<Request, Response>, flushed?: () => Promise<unknown>): Handler {
  return ((call: { request: Request }, callback: grpc.sendUnaryData<Response>) => {
    Promise.resolve()
      .then(() => run(call.request))
      .finally(flushed)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(failure(error)),
      );
  }) as Handler;
}

function unsupported(what: string, provider: Provider): Handler {
  return unary(() => {
    throw new Error(`${what} is not supported by the sandbox's stand-in for the ${provider.name} provider`);
  });
}

function autonaming(options: InstanceType<typeof pb.CheckRequest.AutonamingOptions> | undefined) {
  if (!options) return undefined;
  const modes = pb.CheckRequest.AutonamingOptions.Mode;
  const mode = options.getMode();
  const name = mode === modes.DISABLE ? "disable" : mode === modes.ENFORCE ? "enforce" : "propose";
  return { mode: name, proposed: options.getProposedName() } satisfies Autonaming;
}

function diffResponse(difference: Difference) {
  const response = new pb.DiffResponse();
  const some = difference.changes.size > 0;
  response.setChanges(some ? pb.DiffResponse.DiffChanges.DIFF_SOME : pb.DiffResponse.DiffChanges.DIFF_NONE);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(difference.deleteBeforeReplace);
  const kinds = pb.PropertyDiff.Kind;
  for (const [path, change] of difference.changes) {
    const detail = new pb.PropertyDiff();
    if (change.kind === "add") detail.setKind(change.replace ? kinds.ADD_REPLACE : kinds.ADD);
    else if (change.kind === "delete") detail.setKind(change.replace ? kinds.DELETE_REPLACE : kinds.DELETE);
    else detail.setKind(change.replace ? kinds.UPDATE_REPLACE : kinds.UPDATE);
    detail.setInputdiff(change.kind === "delete");
    response.getDetaileddiffMap().set(path, detail);
    if (change.replace) response.addReplaces(path);
  }
  return response;
}

function checkResponse(inputs: JsonObject, failures: { property: string; reason: string }[] = []) {
  const response = new pb.CheckResponse();
  response.setInputs(struct(inputs));
  for (const { property, reason } of failures) {
    const entry = new pb.CheckFailure();
    entry.setProperty(property);
    entry.setReason(reason);
    response.addFailures(entry);
  }
  return response;
}

function configHandlers(provider: Provider, log: Log): Record<string, Handler> {
  return {
    getPluginInfo: unary(() => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    checkConfig: unary((request: InstanceType<typeof pb.CheckRequest>) => checkResponse(bag(request.getNews()))),
    diffConfig: unary((request: InstanceType<typeof pb.DiffRequest>) => {
      const found = provider.diffConfig?.(plain(bag(request.getOlds())), plain(bag(request.getNews())));
      const response = new pb.DiffResponse();
      const changes = pb.DiffResponse.DiffChanges;
      response.setChanges(
        !found ? changes.DIFF_UNKNOWN : found.changed.length > 0 ? changes.DIFF_SOME : changes.DIFF_NONE,
      );
      response.setDiffsList(found?.changed ?? []);
      response.setReplacesList(found?.replaced ?? []);
      return response;
    }),
    configure: unary(async (request: InstanceType<typeof pb.ConfigureRequest>) => {
      log("info", `stand-in for the ${provider.name} provider ${provider.version} (sandbox only)`);
      await provider.configure(plain(bag(request.getArgs())), log);
      const response = new pb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    cancel: unary(() => {
      provider.cancel();
      return new emptyPb.Empty();
    }),
  };
}

export function handlers(provider: Provider, log: Log, flushed: () => Promise<unknown>): Record<string, Handler> {
  return {
    ...configHandlers(provider, log),
    ...resourceHandlers(provider, flushed),
    invoke: unsupported("calling a function (invoke)", provider),
    call: unsupported("calling a method", provider),
    construct: unsupported("a component (YAML files, Helm charts, Kustomize)", provider),
    getSchema: unsupported("the schema", provider),
    parameterize: unsupported("parameterization", provider),
  };
}

function resourceHandlers(provider: Provider, flushed: () => Promise<unknown>): Record<string, Handler> {
  const answer = <Request, Response>(run: Run<Request, Response>) => unary(run, flushed);
  return {
    check: answer(async (request: InstanceType<typeof pb.CheckRequest>) => {
      const named = autonaming(request.getAutonaming());
      const checked = await provider.check({
        urn: request.getUrn(),
        olds: bag(request.getOlds()),
        news: bag(request.getNews()),
        seed: request.getRandomseed_asU8(),
        ...(named && { autonaming: named }),
      });
      return checkResponse(checked.inputs, checked.failures);
    }),
    diff: answer(async (request: InstanceType<typeof pb.DiffRequest>) =>
      diffResponse(
        await provider.diff({
          id: request.getId(),
          urn: request.getUrn(),
          olds: bag(request.getOlds()),
          news: bag(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      ),
    ),
    create: answer(async (request: InstanceType<typeof pb.CreateRequest>) => {
      const made = await provider.create({
        urn: request.getUrn(),
        properties: bag(request.getProperties()),
        timeoutSeconds: request.getTimeout(),
        preview: request.getPreview(),
      });
      const response = new pb.CreateResponse();
      response.setId(made.id);
      response.setProperties(struct(made.properties));
      return response;
    }),
    read: answer(async (request: InstanceType<typeof pb.ReadRequest>) => {
      const found = await provider.read({
        id: request.getId(),
        urn: request.getUrn(),
        properties: bag(request.getProperties()),
        inputs: bag(request.getInputs()),
      });
      const response = new pb.ReadResponse();
      response.setId(found?.id ?? "");
      if (found) response.setProperties(struct(found.properties));
      if (found?.inputs) response.setInputs(struct(found.inputs));
      return response;
    }),
    update: answer(async (request: InstanceType<typeof pb.UpdateRequest>) => {
      const properties = await provider.update({
        id: request.getId(),
        urn: request.getUrn(),
        olds: bag(request.getOlds()),
        news: bag(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
        timeoutSeconds: request.getTimeout(),
        preview: request.getPreview(),
      });
      const response = new pb.UpdateResponse();
      response.setProperties(struct(properties));
      return response;
    }),
    delete: answer(async (request: InstanceType<typeof pb.DeleteRequest>) => {
      await provider.delete({
        id: request.getId(),
        urn: request.getUrn(),
        properties: bag(request.getProperties()),
        timeoutSeconds: request.getTimeout(),
      });
      return new emptyPb.Empty();
    }),
  };
}
