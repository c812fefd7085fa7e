import { describe, expect, test } from "vitest";
import { installOrder } from "../../../../../src/packages/deb/install/order.ts";
import type { InstalledDeb } from "../../../../../src/packages/deb/installed.ts";

/** A package with these fields of its control file. */
function aDeb(name: string, fields: Readonly<Record<string, string>> = {}): InstalledDeb {
  const control = new Map([["Package", name], ...Object.entries(fields)]);
  return { name, control, controlFiles: new Map(), entries: [] };
}

function orderOf(...debs: readonly InstalledDeb[]): string {
  return installOrder(debs)
    .packages.map(({ name }) => name)
    .join(" ");
}

describe("the order of Debian's packages", () => {
  test("is that of names where none needs another one", () => {
    expect(orderOf(aDeb("c"), aDeb("a"), aDeb("b"))).toBe("a b c");
  });

  test("has the skeleton, the accounts and the essential ones first", () => {
    const essential = { Essential: "yes" };
    expect(
      orderOf(
        aDeb("a"),
        aDeb("zsh", essential),
        aDeb("bash", essential),
        aDeb("base-passwd", essential),
        aDeb("base-files", essential),
        aDeb("b", { Essential: "no" }),
      ),
    ).toBe("base-files base-passwd bash zsh a b");
  });

  test("has what a package needs before it, however far down", () => {
    expect(
      orderOf(
        aDeb("a", { Depends: "z (>= 1), y | x" }),
        aDeb("w"),
        aDeb("x", { "Pre-Depends": "w" }),
        aDeb("y"),
        aDeb("z", { Depends: "x" }),
      ),
    ).toBe("w x z y a");
  });

  test("has what is needed first where both kinds of needs are there", () => {
    expect(orderOf(aDeb("a", { Depends: "b", "Pre-Depends": "c" }), aDeb("b"), aDeb("c"))).toBe(
      "c b a",
    );
  });

  test("knows who provides what is needed; what nobody has orders nothing", () => {
    expect(
      orderOf(
        aDeb("a", { Depends: "mail-server, nothing-at-all" }),
        aDeb("m", { Provides: "mail-server" }),
        aDeb("n", { Provides: "web-server, mail-server (= 2)" }),
      ),
    ).toBe("m n a");
  });

  test("ends in a circle, which begins with the first by rank and name", () => {
    expect(orderOf(aDeb("c", { Depends: "a" }), aDeb("b", { Depends: "c" }))).toBe("c b");
    expect(
      orderOf(
        aDeb("c", { Depends: "a" }),
        aDeb("b", { Depends: "c" }),
        aDeb("a", { Depends: "b, a" }),
      ),
    ).toBe("c b a");
  });

  test("takes chains that are longer than calls can be deep", () => {
    const chain = Array.from({ length: 20_000 }, (_, at) =>
      aDeb(`p${String(at).padStart(5, "0")}`, { Depends: `p${String(at + 1).padStart(5, "0")}` }),
    );
    const { packages } = installOrder(chain);
    expect([packages[0]?.name, packages.at(-1)?.name]).toEqual(["p19999", "p00000"]);
  });

  test("reads no needs out of a field that is none", () => {
    expect(orderOf(aDeb("a", { Depends: "b, ??" }), aDeb("b", { Provides: "(" }))).toBe("a b");
  });

  test("tells what has to be configured before a package is unpacked, with what that needs", () => {
    const debs = [
      aDeb("a", { "Pre-Depends": "b", Depends: "d" }),
      aDeb("b", { Depends: "c" }),
      aDeb("c"),
      aDeb("d"),
      aDeb("e", { "Pre-Depends": "e, f" }),
      aDeb("f", { Depends: "e" }),
    ];
    const { before } = installOrder(debs);
    const namesBefore = (name: string): readonly string[] =>
      debs
        .filter((each) => each.name === name)
        .flatMap((each) => before(each).map((one) => one.name));
    expect(namesBefore("a")).toEqual(["c", "b"]);
    expect(namesBefore("b")).toEqual([]);
    expect(namesBefore("e")).toEqual(["f"]);
  });
});
