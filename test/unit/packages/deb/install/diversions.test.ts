import { expect, test } from "vitest";
import { Diversions } from "../../../../../src/packages/deb/install/diversions.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { putFile } from "../../../../../src/packages/scripts/root-files.ts";

const DATABASE = "/var/lib/dpkg/diversions";

/** Diversions of a database, in a root where what lay in /bin lies in /usr/bin. */
function withDatabase(content?: string) {
  const root = new MemoryRoot({ now: 0 });
  if (content !== undefined) putFile(root, DATABASE, content);
  const diversions = new Diversions(root, (path) => path.replace(/^bin\//, "usr/bin/"));
  diversions.refresh();
  return { root, diversions };
}

test("a file goes where its path was diverted to, but for the one that diverts it", () => {
  const { diversions } = withDatabase("/bin/sh\n/bin/sh.distrib\ndash\n/etc/a\n/etc/b\n:\n");
  expect(diversions.divertedTo("usr/bin/sh", "bash")).toBe("bin/sh.distrib");
  expect(diversions.divertedTo("usr/bin/sh", "dash")).toBeUndefined();
  expect(diversions.divertedTo("bin/sh", "bash")).toBeUndefined();
  expect(diversions.divertedTo("etc/a", "anybody")).toBe("etc/b");
  expect(diversions.divertedTo("etc/b", "anybody")).toBeUndefined();
});

test("nothing is diverted without a database, or by lines that are no three", () => {
  expect(withDatabase().diversions.divertedTo("a", "x")).toBeUndefined();
  const { diversions } = withDatabase("/a\n/b\nx\n/c\n/d\n");
  expect(diversions.divertedTo("a", "y")).toBe("b");
  expect(diversions.divertedTo("c", "y")).toBeUndefined();
});

test("what scripts add, change and take away counts from the next look on", () => {
  const { root, diversions } = withDatabase("/a\n/b\nx\n");
  putFile(root, DATABASE, "/a\n/c\nx\n/d\n/e\nx\n");
  expect(diversions.divertedTo("a", "y")).toBe("b");
  diversions.refresh();
  expect([diversions.divertedTo("a", "y"), diversions.divertedTo("d", "y")]).toEqual(["c", "e"]);
  root.remove(DATABASE);
  diversions.refresh();
  expect(diversions.divertedTo("a", "y")).toBeUndefined();
});
