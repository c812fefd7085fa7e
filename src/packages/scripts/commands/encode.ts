import { fromBytes } from "../bytes.ts";
import type { Command } from "../command.ts";
import { readTexts } from "./lines.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

export const base64: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    decode: "-d --decode",
    ignoreGarbage: "-i --ignore-garbage",
    wrap: "-w= --wrap=",
  });
  const { texts, isWhole } = readTexts(call, operands);
  if (!isWhole) return 1;
  const text = texts.map((each) => each.text).join("");
  if (has("decode")) {
    const letters = text.replaceAll(has("ignoreGarbage") ? /[^A-Za-z\d+/=]/g : "\n", "");
    call.stdout.write(fromBytes(Buffer.from(letters, "base64")));
    const isValid = letters.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(letters);
    return isValid ? 0 : complain(call, "invalid input");
  }
  const encoded = Buffer.from(text, "latin1").toString("base64");
  const width = Number(value("wrap") ?? 76);
  const lines = width === 0 ? [encoded] : (encoded.match(new RegExp(`.{1,${width}}`, "g")) ?? []);
  if (encoded !== "") call.stdout.write(lines.join("\n") + (width === 0 ? "" : "\n"));
  return 0;
};

export const fold: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    spaces: "-s --spaces",
    width: "-w= --width=",
    bytes: "-b --bytes",
  });
  const width = Number(value("width") ?? 80);
  if (!(width > 0)) return call.unsupported("fold -w");
  const { texts, isWhole } = readTexts(call, operands);
  for (const { text } of texts) {
    if (text.includes("\t") && !has("bytes")) return call.unsupported("fold of a text with tabs");
    const lines = text.split("\n").map((line) => folded(line).join("\n"));
    call.stdout.write(lines.join("\n"));
  }
  return isWhole ? 0 : 1;

  function folded(line: string): readonly string[] {
    const pieces: string[] = [];
    let rest = line;
    while (rest.length > width) {
      const space = has("spaces") ? rest.lastIndexOf(" ", width - 1) : -1;
      const cut = space === -1 ? width : space + 1;
      pieces.push(rest.slice(0, cut));
      rest = rest.slice(cut);
    }
    return [...pieces, rest];
  }
};

export const tac: Command = (call) => {
  const { operands } = readOptions(call, {});
  const { texts, isWhole } = readTexts(call, operands);
  for (const { text } of texts) {
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    call.stdout.write(lines.toReversed().join(""));
  }
  return isWhole ? 0 : 1;
};
