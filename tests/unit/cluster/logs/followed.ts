import { onTestFinished } from "vitest";
import { LogStreams } from "../../../../components/cluster/logs/follow.ts";
import { masker } from "../../../../components/text/mask.ts";
import { until } from "../../forward/helpers";
import { FakeLogApi } from "./fakeLogApi";

export async function streamsOf(
  api: FakeLogApi,
  secrets: string[] = [],
  silenceMs?: number,
): Promise<{ streams: LogStreams; lines: string[] }> {
  const lines: string[] = [];
  const streams = new LogStreams({
    client: await api.client(),
    namespace: "shop",
    podName: "web",
    mask: masker(secrets),
    report: (line) => lines.push(line),
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
  onTestFinished(() => streams.close());
  return { streams, lines };
}

export function isForPrevious(request: string): boolean {
  return request.includes("previous=true");
}

export async function firstLineShown() {
  const api = await FakeLogApi.start();
  const { streams, lines } = await streamsOf(api);
  api.startAttempt("init");
  streams.update(api.pod);
  api.log("init", "first");
  await until(() => lines.length === 1);
  return { api, streams, lines };
}
