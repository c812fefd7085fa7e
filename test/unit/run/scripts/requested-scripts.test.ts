import { expect, test } from "vitest";
import { readTar } from "../../../../src/archive/read-members.ts";
import type { Engine } from "../../../../src/docker/engine.ts";
import { EngineResponseError } from "../../../../src/docker/errors.ts";
import { QclockError } from "../../../../src/error.ts";
import { debRunRules } from "../../../../src/packages/deb/install/run-rules.ts";
import { clearRequests, readRequests } from "../../../../src/run/scripts/requested-scripts.ts";
import { file } from "../../../support/deb.ts";
import { tarOf } from "../../../support/tar.ts";

const place = { id: "c", rules: debRunRules, signal: new AbortController().signal };

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function engineWith(answer: Buffer | Error): Pick<Engine, "getArchive"> {
  return {
    getArchive: async (id, folder) => {
      expect([id, folder]).toEqual(["c", "/var/lib/dpkg/triggers"]);
      if (answer instanceof Error) throw answer;
      return inOnePiece(answer);
    },
  };
}

const MIB = 1024 * 1024;
const list = (name: string, bytes: number) => file(`triggers/${name}`, Buffer.alloc(bytes, "x"));

test("the texts of the folder's files, by their names below it", async () => {
  const archive = tarOf([
    { path: "triggers/", type: "directory" },
    file("triggers/Unincorp", "look -\n"),
    { path: "triggers/link", type: "symlink", target: "/etc/shadow" },
    file("triggers/look", "watcher\n"),
    file("triggers/below/name", "x"),
  ]);
  expect([...(await readRequests(engineWith(archive), place))]).toEqual([
    ["Unincorp", "look -\n"],
    ["look", "watcher\n"],
    ["below/name", "x"],
  ]);
});

test("of one list a mebibyte is read at most, and of all sixteen", async () => {
  const longest = await readRequests(
    engineWith(tarOf([list("a", MIB), list("b", MIB + 1)])),
    place,
  );
  expect(longest.get("a")).toHaveLength(MIB);
  expect(longest.get("b")).not.toHaveLength(MIB + 1);

  const sixteen = Array.from({ length: 16 }, (_, index) => list(`list-${index}`, MIB));
  const rest = [list("one", 1), list("two", 1)];
  const read = await readRequests(engineWith(tarOf([...sixteen, ...rest])), place);
  expect(read.has("one")).toBe(true);
  expect(read.has("two")).toBe(false);
});

test("without the folder nobody has asked; any other failure is passed on", async () => {
  const refused = (status: number): Error =>
    new QclockError("engine-refused", "no", { cause: new EngineResponseError(status, "no") });
  await expect(readRequests(engineWith(refused(404)), place)).resolves.toEqual(new Map());
  await expect(readRequests(engineWith(refused(500)), place)).rejects.toThrow("no");
});

test("what was asked for is cleared by an empty file in its place", async () => {
  const put: Uint8Array[] = [];
  const engine: Pick<Engine, "putArchive"> = {
    putArchive: async (id, folder, archive) => {
      expect([id, folder]).toEqual(["c", "/var/lib/dpkg/triggers"]);
      for await (const piece of archive instanceof Uint8Array ? [archive] : archive)
        put.push(Buffer.from(piece));
    },
  };
  await clearRequests(engine, place);
  const members = await Array.fromAsync(readTar(inOnePiece(Buffer.concat(put)), () => MIB));
  expect(members).toMatchObject([{ path: "Unincorp", type: "file", size: 0 }]);
});
