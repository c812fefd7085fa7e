import { expect, test } from "vitest";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import { formatBundle } from "../../../../src/reporters/lists/bundle.ts";

test.for([
  ["packages that are signed themselves", ["F3BD"], "packages signed by F3BD"],
  ["packages that nobody signed", [], "nothing proves its packages"],
] as const)(
  "a bundle without release files says what its packages claim: %s",
  ([, claim, text]) => {
    const list = {
      stack: "shop",
      version: "0.1.0",
      files: 1,
      sizeBytes: 10,
      targets: [
        {
          target: "oraclelinux-9/amd64",
          packages: [],
          packageBytes: 0,
          signatures: [],
          packagesClaim: claim,
        },
      ],
      images: [],
    };

    const shown = formatBundle(list, { style: createStyle({ color: false }), columns: undefined });

    expect(shown).toContain(text);
    expect(shown.includes("nothing proves")).toBe(claim.length === 0);
  },
);
