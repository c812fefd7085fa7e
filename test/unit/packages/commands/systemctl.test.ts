import { describe, expect, test } from "vitest";
import { runElScript } from "../../../support/rpm/run-command.ts";

const UNITS = "/usr/lib/systemd/system";
const ENABLED = "/etc/systemd/system";

const service = (install: string): string =>
  `[Unit]\n[Service]\nExecStart=/bin/true\n[Install]\n${install}\n`;

const units: Readonly<Record<string, string>> = {
  "a.service": service(
    "WantedBy=multi-user.target x-%i.target\nAlso=d@.service missing.service p.service",
  ),
  "alias@.service": service(
    "DefaultInstance=one\nAlias=dal@.service other.socket dal@two.service\nWantedBy=m.target",
  ),
  "both@.service": service("WantedBy=m.target\nAlso=d@%i.service"),
  "d@.service": service("WantedBy=multi-user.target\nDefaultInstance=main"),
  "d@special.service": service("WantedBy=special.target"),
  "e@.service": service("WantedBy=w@.service u@%i.service\nDefaultInstance=1"),
  "invalid@.service": service("WantedBy=m.target\nDefaultInstance=in/valid"),
  "names-x@.service": service("DefaultInstance=of-%p\nWantedBy=%i-%j-%n-%N.target"),
  "emptied@.service": service("DefaultInstance=d\nDefaultInstance=\nWantedBy=m.target"),
  "odd.service": `[Unit]\nWantedBy=wrong.target\n[Install]\nWantedBy=lost.target\nWantedBy=
; a comment\nWantedBy="quoted.target" \\\n# within\n  continued.target\nAlias=odd.service\n`,
  "open@.service": service("WantedBy=multi-user.target\nAlias=second@.service"),
  "p.service": service("RequiredBy=d@.service\nAlias=pp.service"),
  "sock@.service": service("WantedBy=m.target\nAlso=sock@.socket"),
  "sock@.socket": "[Install]\nWantedBy=m.target\nDefaultInstance=s\n",
  "static.service": "[Service]\nExecStart=/bin/true\n",
  "percent.service": service("WantedBy=%H.target"),
};

const files: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(units).map(([name, text]) => [`${UNITS}/${name}`, text])),
  "/usr/lib/systemd/system-preset/50-a.preset":
    "enable d@.service one two\ndisable alias@.service\ndisable p.*\nenable e@.service\n",
};

/** The links that a script makes, by their names, each with the name of the unit's file. */
function linksOf(text: string): { end: number | string; links: readonly string[] } {
  // Of a script that fails nothing stays.
  const { end: outcome, root, textOf } = runElScript(`${text}\necho $? >/status`, files);
  const end = outcome === 0 ? Number(textOf("/status")) : outcome;
  const links: string[] = [];
  const walk = (folder: string): void => {
    for (const name of root.stat(folder) === undefined ? [] : root.list(folder)) {
      const path = `${folder}/${name}`;
      const kind = root.lstat(path)?.kind;
      if (kind === "directory") walk(path);
      else if (kind === "symlink")
        links.push(
          `${path.slice(ENABLED.length + 1)} ${root.readlink(path).replace(`${UNITS}/`, "")}`,
        );
    }
  };
  walk(ENABLED);
  return { end, links: links.toSorted() };
}

type Case = readonly [units: string, status: number, ...links: string[]];

const enabled: readonly Case[] = [
  ["d@", 0, "multi-user.target.wants/d@main.service d@.service"],
  ["d@.service", 0, "multi-user.target.wants/d@main.service d@.service"],
  ["d@x", 0, "multi-user.target.wants/d@x.service d@.service"],
  ["d@x.service", 0, "multi-user.target.wants/d@x.service d@.service"],
  ["d@special", 0, "special.target.wants/d@special.service d@special.service"],
  [`${UNITS}/d@.service`, 0, "multi-user.target.wants/d@main.service d@.service"],
  ["e@", 0, "u@1.service.wants/e@1.service e@.service", "w@.service.wants/e@1.service e@.service"],
  ["e@7", 0, "u@7.service.wants/e@7.service e@.service", "w@.service.wants/e@7.service e@.service"],
  [
    "a",
    0,
    "d@.service.requires/p.service p.service",
    "multi-user.target.wants/a.service a.service",
    "multi-user.target.wants/d@main.service d@.service",
    "pp.service p.service",
    "x-.target.wants/a.service a.service",
  ],
  [
    "both@z",
    0,
    "m.target.wants/both@z.service both@.service",
    "multi-user.target.wants/d@z.service d@.service",
  ],
  ["both@", 1, "multi-user.target.wants/d@main.service d@.service"],
  [
    "sock@r",
    0,
    "m.target.wants/sock@r.service sock@.service",
    "m.target.wants/sock@s.socket sock@.socket",
  ],
  [
    "names-x@",
    0,
    "of-names-x-x-names-x@of-names-x.service-names-x@of-names-x.target.wants/" +
      "names-x@of-names-x.service names-x@.service",
  ],
  [
    "odd",
    0,
    "continued.target.wants/odd.service odd.service",
    "quoted.target.wants/odd.service odd.service",
  ],
  [
    "open@y",
    0,
    "multi-user.target.wants/open@y.service open@.service",
    "second@y.service open@.service",
  ],
  // The link of the alias counts, although the other one cannot be made.
  ["open@", 0, "second@.service open@.service"],
  [
    "alias@",
    1,
    "dal@.service alias@.service",
    "dal@two.service alias@.service",
    "m.target.wants/alias@one.service alias@.service",
  ],
  [
    "alias@three",
    1,
    "dal@three.service alias@.service",
    "m.target.wants/alias@three.service alias@.service",
  ],
  ["static", 0],
  ["invalid@", 1],
  ["emptied@", 1],
  ["a missing", 1],
  ["missing@x", 1],
];

const preset: readonly Case[] = [
  ["d@one", 0, "multi-user.target.wants/d@one.service d@.service"],
  // No line is about this instance, and what no line is about is enabled.
  ["d@three", 0, "multi-user.target.wants/d@three.service d@.service"],
  [
    "d@",
    0,
    "multi-user.target.wants/d@one.service d@.service",
    "multi-user.target.wants/d@two.service d@.service",
  ],
  ["e@", 0, "u@1.service.wants/e@1.service e@.service", "w@.service.wants/e@1.service e@.service"],
  ["alias@ p", 0],
  ["open@", 0, "second@.service open@.service"],
  ["emptied@", 0],
  ["a missing", 1],
];

/** Exit statuses and links are those that `systemctl --root` of systemd 252 gave and made. */
describe("systemctl", () => {
  test.each(enabled)("enable %s ends with %i", (names, end, ...links) => {
    expect(linksOf(`systemctl enable ${names}`)).toEqual({ end, links });
  });

  test.each(preset)("preset %s ends with %i", (names, end, ...links) => {
    expect(linksOf(`systemctl --no-reload preset ${names}`)).toEqual({ end, links });
  });

  test("a link that is there stays: it is an error where it leads elsewhere", () => {
    const same = `ln -s ../../../${UNITS}/p.service ${ENABLED}/pp.service`;
    expect(linksOf(`mkdir -p ${ENABLED}; ${same}; systemctl enable p`).end).toBe(0);
    for (const other of ["ln -s d@.service", "touch"]) {
      expect(
        linksOf(`mkdir -p ${ENABLED}; ${other} ${ENABLED}/pp.service; systemctl enable p`).end,
      ).toBe(1);
    }
  });

  test("a unit that is masked is refused, as one that is named with Also= it is passed over", () => {
    const mask = (name: string): string =>
      `mkdir -p ${ENABLED}; ln -s /dev/null ${ENABLED}/${name}`;
    expect(linksOf(`${mask("d@.service")}; systemctl enable d@`).end).toBe(1);
    expect(linksOf(`${mask("d@main.service")}; systemctl enable d@`)).toEqual({
      end: 1,
      links: ["d@main.service /dev/null"],
    });
    const { end, links } = linksOf(`${mask("d@.service")}; systemctl enable a`);
    expect(end).toBe(0);
    expect(links).not.toContain("multi-user.target.wants/d@main.service d@.service");
  });

  test("what a link leads to is enabled, and has the preset", () => {
    const link = `ln -s d@.service ${UNITS}/al@.service`;
    const links = ["multi-user.target.wants/d@seven.service d@.service"];
    expect(linksOf(`${link}; systemctl enable al@seven`)).toEqual({ end: 0, links });
    expect(linksOf(`${link}; systemctl preset al@seven`)).toEqual({ end: 0, links: [] });
  });

  test("drop-ins add to a unit and to all instances of a template", () => {
    const at = `${ENABLED}/d@.service.d`;
    const drop = String.raw`mkdir -p ${at}; printf '[Install]\nWantedBy=more.target\n' >${at}/x.conf`;
    expect(linksOf(`${drop}; systemctl enable d@x`).links).toEqual(
      expect.arrayContaining([
        "more.target.wants/d@x.service d@.service",
        "multi-user.target.wants/d@x.service d@.service",
      ]),
    );
  });

  test("what is of the machine stops the script", () => {
    expect(linksOf("systemctl enable percent").end).toMatch(/^%H in the \[Install\] section/);
    expect(linksOf("systemctl enable /opt/x.service").end).toMatch(/in no folder of units$/);
  });

  test("a unit that names itself again and again ends", () => {
    const loop = `printf '[Install]\nAlso=l@%%ix.service\n' >${UNITS}/l@.service`;
    expect(linksOf(`${loop}; systemctl enable l@x`).end).toBe(0);
  });
});
