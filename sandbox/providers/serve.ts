/**
 * The gRPC side of a stand-in provider. NEVER published: these plugins exist so that the sandbox works where the
 * official ones can't be downloaded.
 */
import { connect } from "node:net";
import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { handlers } from "./handlers.ts";
import type { Log, Provider } from "./provider.ts";

const engineCheckMs = 10_000;
const unlimitedMessages = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

interface Channel {
  log: Log;
  /** Until all that was logged has arrived: an answer must not overtake the lines about it. */
  flushed: () => Promise<unknown>;
}

function engineChannel(address: string): Channel {
  const engine = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure(), unlimitedMessages);
  const pending = new Set<Promise<void>>();
  const log: Log = (severity, message, options = {}) => {
    const request = new enginePb.LogRequest();
    request.setSeverity(severity === "info" ? enginePb.LogSeverity.INFO : enginePb.LogSeverity.WARNING);
    request.setMessage(message);
    request.setUrn(options.urn ?? "");
    request.setEphemeral(options.status ?? false);
    const sent = new Promise<void>((done) => engine.log(request, () => done()));
    pending.add(sent);
    void sent.then(() => pending.delete(sent));
  };
  return { log, flushed: () => Promise.all(pending) };
}

/** An engine that was killed can't stop its plugins: they notice by themselves. */
function exitWithEngine(address: string): void {
  const separator = address.lastIndexOf(":");
  const host = address.slice(0, separator);
  const port = Number(address.slice(separator + 1));
  setInterval(() => {
    const socket = connect({ host, port }, () => socket.destroy());
    socket.on("error", () => process.exit(1));
  }, engineCheckMs).unref();
}

export function serve(provider: Provider): void {
  const address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  if (address === undefined) {
    process.stderr.write(`fatal: this is a Pulumi plugin, started by the engine with its address\n`);
    process.exit(1);
  }
  const server = new grpc.Server(unlimitedMessages);
  const { log, flushed } = engineChannel(address);
  server.addService(providerGrpc.ResourceProviderService, handlers(provider, log, flushed));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      process.stderr.write(`fatal: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
    exitWithEngine(address);
  });
}
