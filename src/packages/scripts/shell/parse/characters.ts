/** Of a name of a variable, by bytes: a letter of ASCII or an underscore first. */
export function isNameStart(char: string): boolean {
  return /^[A-Za-z_]$/.test(char);
}

export function isDigit(char: string): boolean {
  return char >= "0" && char <= "9" && char.length === 1;
}

export function isName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}

/** Parameters that are one character which is no name. */
export function isSpecialParameter(char: string): boolean {
  return /^[$#?!@*0-9-]$/.test(char);
}
