import { describe, expect, test } from "vitest";
import { stateFolder } from "../../../../components/forward/state/stateFolder.ts";

describe("the state folder", () => {
  test("follows XDG, and the platform's custom without it", () => {
    expect(stateFolder({ XDG_STATE_HOME: "/x" }, "linux", "/home/me")).toBe("/x/init-pod");
    expect(stateFolder({ XDG_STATE_HOME: "relative" }, "linux", "/home/me")).toBe("/home/me/.local/state/init-pod");
    expect(stateFolder({}, "darwin", "/Users/me")).toBe("/Users/me/.local/state/init-pod");
    expect(stateFolder({ LOCALAPPDATA: "/local" }, "win32", "/me")).toBe("/local/init-pod/state");
  });
});
