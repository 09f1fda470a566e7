import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { endWithEngine } from "../../../components/plugin/withEngine.ts";

test("the plugin ends once its engine is gone, and not before", async () => {
  const engine = createServer().listen(0, "127.0.0.1");
  await once(engine, "listening");
  const end = vi.fn();
  endWithEngine(`127.0.0.1:${(engine.address() as AddressInfo).port}`, end, 10);
  await setTimeout(200);
  expect(end).not.toHaveBeenCalled();
  engine.close();
  await vi.waitFor(() => expect(end).toHaveBeenCalledTimes(1));
});
