import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeLeftovers } from "../../../../components/forward/client/sweep.ts";
import { temporaryFolder } from "../helpers";

test("leaves nothing of a daemon that was killed while it wrote a file", () => {
  const folder = temporaryFolder();
  for (const name of ["0f.record.json", "0f.record.json.4242.tmp", "daemon.log", "daemon.log.old"]) {
    writeFileSync(join(folder, name), "");
  }
  removeLeftovers(folder);
  expect(existsSync(folder)).toBe(false);
});

test("leaves alone what is not the daemon's", () => {
  const folder = temporaryFolder();
  const foreign = join(folder, "notes.txt");
  writeFileSync(foreign, "");
  removeLeftovers(folder);
  expect(existsSync(foreign)).toBe(true);
});
