import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { compareTrees } from "../../judge/wheels/compare-trees.ts";
import type { TreeFile } from "../../judge/wheels/read-tree.ts";

type Texts = Readonly<Record<string, string>>;

function treeOf(texts: Texts): ReadonlyMap<string, TreeFile> {
  return new Map(
    Object.entries(texts).map(([path, text]) => [
      path,
      {
        sha256: createHash("sha256").update(text).digest("hex"),
        isExecutable: text.startsWith("#!"),
        text: async () => text,
      },
    ]),
  );
}

const pip: Texts = {
  "a.py": "a",
  "d.dist-info/INSTALLER": "pip\n",
  "d.dist-info/RECORD": "../../bin/x,sha256=1,1\r\na.py,sha256=a,1\r\nd.dist-info/RECORD,,\r\n",
  "bin/x": "#!/usr/bin/python3\nimport re\nfrom m.n import main\nsys.exit(main())\n",
  "bin/old": "#!/usr/bin/python3\nprint()\n",
};

const qclock: Texts = {
  "a.py": "a",
  "d.dist-info/INSTALLER": "qclock\n",
  "d.dist-info/RECORD": "../../../bin/x,sha256=2,2\na.py,sha256=a,1\nd.dist-info/RECORD,,\n",
  "bin/x": "#!/usr/bin/python3.11\nfrom m.n import main\nsys.exit(main())\n",
  "bin/old": "#!/usr/bin/python3.11\nprint()\n",
  "include/h.h": "h",
};

test("each difference that has a reason is told with it", async () => {
  const { equal, explained, unexplained } = await compareTrees(treeOf(pip), treeOf(qclock));
  expect(equal).toBe(1);
  expect([...explained.values()].flat().toSorted()).toEqual([
    "bin/old",
    "bin/x",
    "d.dist-info/INSTALLER",
    "d.dist-info/RECORD",
    "include/h.h",
  ]);
  expect(unexplained).toEqual([]);
});

test.each<readonly [string, Texts]>([
  ["a.py: other content", { ...qclock, "a.py": "b" }],
  ["b.py: not with pip", { ...qclock, "b.py": "b" }],
  [
    "bin/x: other content",
    { ...qclock, "bin/x": "#!x\nfrom m.n import other\nsys.exit(other())\n" },
  ],
  ["bin/old: other content", { ...qclock, "bin/old": "#!x\nprint(1)\n" }],
  [
    "d.dist-info/RECORD: other content",
    {
      ...qclock,
      "d.dist-info/RECORD": "../../../bin/x,sha256=2,2\na.py,sha256=b,1\nd.dist-info/RECORD,,\n",
    },
  ],
  [
    "d.dist-info/RECORD: other content",
    { ...qclock, "d.dist-info/RECORD": "a.py,sha256=a,1\nd.dist-info/RECORD,,\n" },
  ],
])("%s", async (line, changed) => {
  expect((await compareTrees(treeOf(pip), treeOf(changed))).unexplained).toEqual([line]);
});

test("a file that pip alone has, and one that only pip lets run", async () => {
  const { "a.py": _, ...without } = qclock;
  expect((await compareTrees(treeOf(pip), treeOf(without))).unexplained).toEqual([
    "a.py: with pip alone",
  ]);
  const theirs = new Map(treeOf(pip)).set("a.py", {
    ...(treeOf(pip).get("a.py") as TreeFile),
    isExecutable: true,
  });
  expect((await compareTrees(theirs, treeOf(qclock))).unexplained).toEqual([
    "a.py: executable with pip",
  ]);
});
