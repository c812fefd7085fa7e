/**
 * Compare names as `sort -V` and `ls -v`: numbers within them by value. The order of coreutils for
 * plain versions, without its rule for suffixes of files.
 */
export function compareVersionNames(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const order = weight(a, i) - weight(b, j);
      if (order !== 0) return order;
      i++;
      j++;
    }
    const left = /^\d*/.exec(a.slice(i))?.[0] ?? "";
    const right = /^\d*/.exec(b.slice(j))?.[0] ?? "";
    const order = compareDigits(left, right);
    if (order !== 0) return order;
    i += left.length;
    j += right.length;
  }
  return 0;
}

function weight(text: string, at: number): number {
  if (at >= text.length) return -1;
  if (isDigit(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 0x7e) return -2;
  return /[A-Za-z]/.test(text[at] ?? "") ? code : code + 256;
}

function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isDigit(text: string, at: number): boolean {
  return /\d/.test(text[at] ?? "");
}
