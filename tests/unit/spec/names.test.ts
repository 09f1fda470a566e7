import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freeName, nameOfPath, namesOf } from "../../../components/spec/names.ts";

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const dnsLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

describe("names of steps", () => {
  test("are the kind, then the kind with a number", () => {
    const names = namesOf([{ kind: "download" }, { kind: "run" }, { kind: "download" }, { kind: "download" }]);

    expect(names).toEqual(["download", "run", "download-2", "download-3"]);
  });

  test("leave own names alone, wherever they stand", () => {
    expect(namesOf([{ kind: "run" }, { kind: "run", name: "run" }], ["app"])).toEqual(["run-2", "run"]);
  });

  test("are unique DNS labels where own names are", () => {
    const item = fc.record({
      kind: fc.constantFrom("download", "run", "container"),
      name: fc.option(label, { nil: undefined }),
    });
    const items = fc.uniqueArray(item, { selector: ({ name }) => name ?? Symbol() });
    fc.assert(
      fc.property(items, fc.array(label), (list, taken) => {
        const names = namesOf(list, taken);
        const given = new Set(list.map(({ name }) => name));
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) {
          expect(name).toMatch(dnsLabel);
          if (!given.has(name)) expect(taken).not.toContain(name);
        }
      }),
    );
  });

  test("of earlier steps do not change when one is added at the end", () => {
    const items = fc.array(fc.record({ kind: fc.constantFrom("download", "run") }));
    fc.assert(
      fc.property(items, fc.constantFrom("download", "run"), (list, kind) => {
        expect(namesOf([...list, { kind }]).slice(0, -1)).toEqual(namesOf(list));
      }),
    );
  });
});

describe("the name of a path", () => {
  test("reads like the path", () => {
    expect(nameOfPath("/usr/share/nginx/html")).toBe("usr-share-nginx-html");
  });

  test("is always a DNS label, with a number or without", () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        const name = nameOfPath(`/${path}`);
        expect(name).toMatch(dnsLabel);
        expect(freeName(name, new Set([name]))).toMatch(dnsLabel);
      }),
    );
  });
});
