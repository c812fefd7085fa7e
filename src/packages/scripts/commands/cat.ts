import type { Command } from "../command.ts";
import { linesOf, readTexts } from "./lines.ts";
import { readOptions } from "./options.ts";

export const cat: Command = (call) => {
  const { has, operands } = readOptions(call, {
    number: "-n --number",
    numberFilled: "-b --number-nonblank",
    squeeze: "-s --squeeze-blank",
    ends: "-E --show-ends",
    unbuffered: "-u",
  });
  const { texts, isWhole } = readTexts(call, operands);
  const isPlain = !has("number") && !has("numberFilled") && !has("squeeze") && !has("ends");
  const text = texts.map((each) => each.text).join("");
  if (isPlain) call.stdout.write(text);
  else {
    let number = 0;
    let wasEmpty = false;
    for (const line of linesOf(text)) {
      const isEmpty = line === "";
      if (has("squeeze") && isEmpty && wasEmpty) continue;
      wasEmpty = isEmpty;
      const isNumbered = has("numberFilled") ? !isEmpty : has("number");
      const start = isNumbered ? `${String(++number).padStart(6)}\t` : "";
      call.stdout.write(`${start}${has("ends") ? `${line.replace(/\r$/, "^M")}$` : line}\n`);
    }
  }
  return isWhole ? 0 : 1;
};
