import { expect, test } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { EngineResponseError } from "../../../../src/docker/errors.ts";
import { connectTool } from "../../../../src/verify/network/connect-tool.ts";
import { type TarItem, tarOf } from "../../../support/tar.ts";

/** A container that holds these files, by path. */
function holding(files: Readonly<Record<string, Partial<TarItem>>>): Pick<Engine, "getArchive"> {
  return {
    getArchive: async (_id, path) => {
      const item = files[path];
      if (item === undefined) throw new EngineResponseError(404, "no such file");
      const name = path.split("/").at(-1) ?? "";
      const tar = tarOf([{ path: name, ...item }]);
      return (async function* () {
        yield tar;
      })();
    },
  };
}

const container = {
  containerId: "c",
  environment: ["PATH=/opt/bin:/usr/bin"],
  signal: new AbortController().signal,
};
const program = { content: "ELF", mode: 0o755 };

test("bash goes before busybox, and folders in the order of PATH", async () => {
  const engine = holding({ "/opt/bin/busybox": program, "/usr/bin/bash": program });
  expect(await connectTool(engine, container)).toEqual({ type: "bash", path: "/usr/bin/bash" });
  const without = holding({ "/usr/bin/busybox": { type: "symlink", target: "../sbin/busybox" } });
  expect(await connectTool(without, container)).toEqual({
    type: "busybox",
    path: "/usr/bin/busybox",
  });
});

test.each([0o100, 0o010, 0o001])(
  "a program that somebody may run is a tool: mode %i",
  async (mode) => {
    const engine = holding({ "/usr/bin/bash": { content: "ELF", mode } });
    expect(await connectTool(engine, container)).toEqual({ type: "bash", path: "/usr/bin/bash" });
  },
);

test("what cannot be run, or lies elsewhere, is no tool", async () => {
  const engine = holding({
    "/bin/bash": program,
    "/opt/bin/bash": { type: "directory", mode: 0o755 },
    "/usr/bin/bash": { content: "text", mode: 0o666 },
  });
  expect(await connectTool(engine, container)).toBeUndefined();
  const empty: Pick<Engine, "getArchive"> = {
    getArchive: async () =>
      (async function* () {
        yield tarOf([]);
      })(),
  };
  expect(await connectTool(empty, container)).toBeUndefined();
});

test("an Engine that fails is no container without a tool", async () => {
  const engine: Pick<Engine, "getArchive"> = {
    getArchive: async () => {
      throw new EngineResponseError(500, "broken");
    },
  };
  await expect(connectTool(engine, container)).rejects.toThrow("broken");
});
