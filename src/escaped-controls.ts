/** Control characters by the letters that stand for them behind a backslash, as in C. */
export const escapedControls: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
