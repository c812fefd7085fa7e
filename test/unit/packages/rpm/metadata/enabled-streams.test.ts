import { expect, test } from "vitest";
import { enabledStreams } from "../../../../../src/packages/rpm/metadata/enabled-streams.ts";
import { ModuleFilter } from "../../../../../src/packages/rpm/metadata/module-filter.ts";
import type {
  ModuleRequirement,
  ModuleStream,
} from "../../../../../src/packages/rpm/metadata/module-stream.ts";

test("all versions of a stream are enabled, of the newest build's dependencies", () => {
  const streams = [
    aStream("perl:5.30", { version: "9007199254740993", context: "old" }),
    aStream("perl:5.30", { version: "9007199254740992", context: "older" }),
    aStream("perl:5.32"),
    aStream("app:1", { version: "5", context: "a", requires: [needs("perl", "5.32")] }),
    aStream("app:1", { version: "6", context: "b", requires: [needs("perl", "5.30")] }),
    aStream("app:1", { version: "4", context: "c", requires: [needs("perl", "5.30")] }),
  ];

  expect(enabled({ streams, modules: ["app:1"] })).toEqual([
    "app:1 6 b",
    "app:1 4 c",
    "perl:5.30 9007199254740993 old",
    "perl:5.30 9007199254740992 older",
  ]);
  // For the same modules, whatever else they are for.
  const both = [
    aStream("a:1", { version: "2", requires: [needs("platform", "el9", "el10")] }),
    aStream("a:1", { version: "1", requires: [needs("platform", "el9")] }),
    aStream("a:1", { version: "3", requires: [needs("platform", "el8")] }),
  ];
  expect(enabled({ streams: both, modules: ["a:1"] })).toEqual(["a:1 2 x", "a:1 1 x"]);
  // The newest build that fits what else is asked for.
  expect(enabled({ streams, modules: ["perl:5.32", "app:1"] })).toEqual([
    "perl:5.32 1 x",
    "app:1 5 a",
  ]);
  expect(enabled({ streams, modules: ["app:1", "perl:5.32"] })).toEqual([
    "app:1 5 a",
    "perl:5.32 1 x",
  ]);
});

test("defaults are enabled unless another stream is asked for, or they are for another system", () => {
  const streams = [
    aStream("a:1"),
    aStream("a:2"),
    aStream("b:1", { requires: [needs("platform", "el8")] }),
    aStream("c:1", { requires: [needs("absent")] }),
  ];
  const defaults = new Map([
    ["a", "1"],
    ["b", "1"],
    ["c", "1"],
    ["gone", "1"],
  ]);

  expect(enabled({ streams, defaults })).toEqual(["a:1 1 x"]);
  expect(enabled({ streams, defaults, modules: ["a:2"] })).toEqual(["a:2 1 x"]);
});

test("a stream that another one needs is enabled: the default, or the only one that fits", () => {
  const streams = [
    aStream("app:1", { requires: [needs("lib"), needs("only", "-1")] }),
    aStream("lib:1"),
    aStream("lib:2"),
    aStream("only:1"),
    aStream("only:2"),
  ];
  expect(enabled({ streams, modules: ["app:1"], defaults: new Map([["lib", "2"]]) })).toEqual([
    "app:1 1 x",
    "lib:2 1 x",
    "only:2 1 x",
  ]);
});

test("modules that need each other are enabled together", () => {
  const streams = [
    aStream("a:1", { requires: [needs("b", "1")] }),
    aStream("b:1", { requires: [needs("a", "1")] }),
  ];
  expect(enabled({ streams, modules: ["a:1"] })).toEqual(["a:1 1 x", "b:1 1 x"]);
});

test.for([
  {
    title: "a stream that is not there: those that are, are listed",
    modules: ["php:9"],
    message: "No repository has the stream php:9.",
    hint: "The streams of php that exist: 8.1, 8.2.",
  },
  {
    title: "a module that is not there",
    modules: ["phq:8.2"],
    message: "No repository has the stream phq:8.2.",
    hint: "The modules that exist: app, broken, old, php, self.",
  },
  {
    title: "no stream",
    modules: ["php"],
    message: '"php" is no stream of a module.',
    hint: "Name the module and its stream, such as php:8.2.",
  },
  {
    title: "two streams of one module",
    modules: ["php:8.1", "php:8.2"],
    message: "php:8.1 and php:8.2 are asked for, and a module has one stream at a time.",
  },
  {
    title: "a stream that several could be chosen for",
    modules: ["app:1"],
    message: "The stream app:1 cannot be enabled: it needs php, and there are several.",
    hint: "Add one of them to `modules`: php:8.1, php:8.2.",
  },
  {
    title: "a stream that does not fit another one that is asked for",
    modules: ["php:8.1", "app:2"],
    message: "The stream app:2 cannot be enabled: it needs php:8.2, and php:8.1 is enabled.",
  },
  {
    title: "a stream for another system",
    modules: ["old:1"],
    message: "The stream old:1 cannot be enabled: it is not for el9.",
  },
  {
    title: "a stream that needs what is not there: the chain is told",
    modules: ["self:1"],
    message: "The stream broken:1 cannot be enabled: it needs gone:3, which no repository has.",
    details: ["self:1 needs broken:1"],
  },
])("refused: $title", ({ title: _, modules, ...expected }) => {
  const streams = [
    aStream("php:8.1"),
    aStream("php:8.2"),
    aStream("app:1", { requires: [needs("php")] }),
    aStream("app:2", { requires: [needs("php", "8.2")] }),
    aStream("old:1", { requires: [needs("platform", "el8")] }),
    aStream("self:1", { requires: [needs("broken", "1")] }),
    aStream("broken:1", { requires: [needs("gone", "3")] }),
  ];
  expect(() => enabled({ streams, modules })).toThrow(expect.objectContaining(expected));
});

test("builds that fail one after the other do not take for ever", () => {
  const streams = Array.from({ length: 30 }, (_, at) =>
    ["a", "b"].map((context) =>
      aStream(`m${at}:1`, {
        context,
        requires: [needs(`m${at + 1}`, "1"), needs("platform", `-${context}`)],
      }),
    ),
  ).flat();
  expect(() => enabled({ streams, modules: ["m0:1"] })).toThrow(
    expect.objectContaining({ code: "unresolvable-packages" }),
  );
});

test("packages are hidden as dnf hides them", () => {
  const on = aStream("php:8.2", {
    artifacts: [
      "php-0:8.2-1.noarch",
      "php-0:8.2-1.src",
      "php-doc-0:8.2-1.noarch",
      "old-0:1-1.noarch",
    ],
    demodularized: ["old"],
  });
  const off = aStream("php:8.1", { artifacts: ["php-0:8.1-1.noarch", "only-0:1-1.noarch"] });
  const filter = new ModuleFilter([on, off], [on]);
  const shows = (name: string, version: string, ...provides: readonly string[]): boolean =>
    filter.shows({
      name,
      version,
      architecture: "noarch",
      provides: provides.map((each) => ({ name: each })),
    });

  expect(shows("php", "8.2-1")).toBe(true);
  expect(shows("php", "0:8.2-1")).toBe(true);
  expect(shows("php", "1:8.2-1")).toBe(false);
  expect(shows("php", "8.1-1")).toBe(false);
  expect(shows("php", "9.9-1")).toBe(false);
  expect(shows("only", "1-1")).toBe(false);
  expect(shows("only", "2-1")).toBe(true);
  expect(shows("other", "1-1", "other", "php")).toBe(false);
  expect(shows("other", "1-1", "other")).toBe(true);
  expect(shows("old", "2-1")).toBe(true);
  expect(filter.hiddenIn("php")).toEqual(["php:8.1"]);
  expect(filter.hiddenIn("php", "8.1-1")).toEqual(["php:8.1"]);
  expect(filter.hiddenIn("php", "8.2-1")).toEqual([]);
  expect(filter.hiddenIn("absent")).toEqual([]);
  expect([filter.concerns("only"), filter.concerns("other")]).toEqual([true, false]);
});

function enabled(request: Partial<Parameters<typeof enabledStreams>[0]>): readonly string[] {
  const all = { modules: [], streams: [], defaults: new Map(), platform: "el9", ...request };
  return enabledStreams(all).map(
    ({ name, stream, version, context }) => `${name}:${stream} ${version} ${context}`,
  );
}

function aStream(title: string, parts: Partial<ModuleStream> = {}): ModuleStream {
  const [name = "", stream = ""] = title.split(":");
  return {
    name,
    stream,
    version: "1",
    context: "x",
    hasStaticContext: false,
    architecture: "x86_64",
    requires: [],
    artifacts: [],
    demodularized: [],
    ...parts,
  };
}

function needs(module: string, ...streams: readonly string[]): ModuleRequirement {
  return {
    module,
    streams: streams.filter((each) => !each.startsWith("-")),
    except: streams.filter((each) => each.startsWith("-")).map((each) => each.slice(1)),
  };
}
