import { expect, test } from "vitest";
import { parseFroms, renameFroms } from "../../../src/build-context/dockerfile.ts";

function images(text: string, buildArgs: Readonly<Record<string, string>> = {}): readonly string[] {
  return parseFroms(text, new Map(Object.entries(buildArgs))).map(({ image }) => image);
}

test.each<[name: string, text: string, images: readonly string[]]>([
  ["one image", "FROM base", ["base"]],
  [
    "any case, a platform, an alias",
    "from --platform=linux/amd64 base AS Build\nFROM build\n",
    ["base"],
  ],
  ["scratch is no image", "FROM scratch\nCOPY a /a\n", []],
  [
    "a stage by name and by number is no image",
    "FROM a AS one\nFROM b\nCOPY --from=one /x /\nCOPY --from=0 /x /\nCOPY --from=c /x /\n",
    ["a", "b", "c"],
  ],
  ["only earlier stages count", "FROM later\nFROM x AS later\n", ["later", "x"]],
  [
    "comments and empty lines between continued lines",
    "# FROM no\nFROM \\\n  # a comment\n\n  base \\\n  AS x\n",
    ["base"],
  ],
  ["the escape directive", "# escape=`\nFROM `\n base\n", ["base"]],
  [
    "a directive after a comment is a comment",
    "# a comment\n# escape=`\nFROM \\\nbase\n",
    ["base"],
  ],
  [
    "here-documents",
    "FROM a\nRUN <<EOF\nFROM no\nEOF\nCOPY <<-'X' <<Y /\nFROM no\n\tX\nFROM no\nY\nFROM b\n",
    ["a", "b"],
  ],
  [
    "RUN mounts",
    "FROM a\nRUN --mount=type=bind,from=b,target=/b --mount=type=cache,target=/c make --mount=from=no\n",
    ["a", "b"],
  ],
  ["COPY of a word that looks like a flag", "FROM a\nCOPY x --from=no /\n", ["a"]],
  ["line ends of Windows", "FROM a\r\nCOPY --from=b x /\r\n", ["a", "b"]],
  ["a byte order mark", "\uFEFFFROM a\n", ["a"]],
  ["ADD --from", "FROM a\nADD --from=b x /\n", ["a", "b"]],
  ["nothing", "", []],
])("%s", (_name, text, expected) => {
  expect(images(text)).toEqual(expected);
});

test("variables come from the build args, then from their defaults", () => {
  const text =
    'ARG NAME=base\nARG TAG="1" FULL=${NAME}:${TAG}\nFROM ${FULL}\nFROM $NAME-x\nFROM ${NONE:-other}\nFROM ${NAME:+given}\nFROM $NONE\n';
  expect(images(text)).toEqual(["base:1", "base-x", "other", "given", ""]);
  expect(images(text, { NAME: "mine" })).toEqual(["mine:1", "mine-x", "other", "given", ""]);
  expect(images("FROM a\nARG LATE=b\nFROM ${LATE:-c}\n")).toEqual(["a", "c"]);
});

test("a default may hold further variables", () => {
  const text = "ARG A\nARG B=${A:-${C:-deep}}\nFROM ${A:-${B}-x}\nFROM ${A:+${B}}y\n";
  expect(images(text)).toEqual(["deep-x", "y"]);
  expect(images(text, { A: "set" })).toEqual(["set", "sety"]);
});

test("COPY and RUN take the variables of their stage: build args, defaults, those from before the first FROM", () => {
  const text =
    "ARG BASE=base\nARG OUTER=outer\nFROM a AS one\nCOPY --from=${BASE} x /\nARG BASE\nARG OUTER=own\nARG STAGE=one\nCOPY --from=${BASE} x /\nRUN --mount=type=bind,from=${OUTER},target=/o true\nFROM b\nARG STAGE=one\nCOPY --from=$STAGE x /\nCOPY --from=${OUTER:-none} x /\n";
  expect(images(text)).toEqual(["a", "", "base", "own", "b", "none"]);
  expect(images(text, { BASE: "mine", OUTER: "given" })).toEqual([
    "a",
    "",
    "mine",
    "given",
    "b",
    "none",
  ]);
});

test("variables where the builders refuse them are written out", () => {
  const text =
    "FROM a AS one\nFROM b\nARG S=one\nARG I=base\nCOPY --from=$S x /\nCOPY --from=${I} y /\n";
  expect(renameFroms(text, new Map([["base", "qclock.invalid/s/base"]]))).toBe(
    "FROM a AS one\nFROM b\nARG S=one\nARG I=base\nCOPY --from=one x /\nCOPY --from=qclock.invalid/s/base y /\n",
  );
});

test("renaming leaves every other character where it is", () => {
  const text =
    "ARG P=base\nFROM --platform=linux/amd64 ${P} AS one\nRUN echo base\nCOPY --from=base /base /base\nFROM one\nFROM \\\n  base\n";
  expect(renameFroms(text, new Map([["base", "qclock.invalid/s/base:latest"]]))).toBe(
    "ARG P=base\nFROM --platform=linux/amd64 qclock.invalid/s/base:latest AS one\nRUN echo base\nCOPY --from=qclock.invalid/s/base:latest /base /base\nFROM one\nFROM \\\n  qclock.invalid/s/base:latest\n",
  );
});

test("hostile texts end", () => {
  for (const text of [
    "\\\n".repeat(10_000),
    "FROM ".repeat(20_000),
    `FROM a\nRUN <<EOF\n${"x\n".repeat(10_000)}`,
    `FROM ${"${A:-".repeat(2000)}`,
  ]) {
    const before = performance.now();
    parseFroms(text);
    expect(performance.now() - before).toBeLessThan(2000);
  }
});

test("arguments that double each other do not fill the memory", () => {
  const doubling = Array.from({ length: 60 }, (_, at) => `ARG A${at + 1}=\${A${at}}\${A${at}}\n`);
  const [from] = images(`ARG A0=x\n${doubling.join("")}FROM \${A60}\n`);
  expect(from?.length).toBe(32_768);
  expect(images(`ARG A0=x\n${doubling.join("")}FROM base\n`)).toEqual(["base"]);
});
