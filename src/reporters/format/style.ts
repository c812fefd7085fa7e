/** Colours by meaning. Nothing is said by colour alone: each has a word or a mark beside it. */
export interface Style {
  readonly color: boolean;
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly success: (text: string) => string;
  readonly accent: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
  /** A colour that is the same for the same index, to tell services apart in a log. */
  readonly series: (index: number, text: string) => string;
}

/** Codes of SGR (ECMA-48) that begin and end what is said in a colour or a weight. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

const seriesColors = ["cyan", "yellow", "magenta", "green", "blue", "red"] as const;

/** The colours of the output, or functions that change nothing. */
export function createStyle(options: { readonly color: boolean }): Style {
  const paint = options.color ? paintWith : (_: keyof typeof codes, text: string) => text;
  return {
    color: options.color,
    error: (text) => paint("red", text),
    warning: (text) => paint("yellow", text),
    success: (text) => paint("green", text),
    accent: (text) => paint("cyan", text),
    faint: (text) => paint("dim", text),
    strong: (text) => paint("bold", text),
    series: (index, text) => paint(seriesColors[index % seriesColors.length] ?? "cyan", text),
  };
}

/** Each line by itself, since a pager or a margin may come in between. What is painted inside the text ends, and this goes on. */
function paintWith(name: keyof typeof codes, text: string): string {
  const [beginCode, endCode] = codes[name];
  const begin = `\u001B[${beginCode}m`;
  const end = `\u001B[${endCode}m`;
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : `${begin}${line.replaceAll(end, `${end}${begin}`)}${end}`))
    .join("\n");
}
