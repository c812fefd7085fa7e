/**
 * A number with so many places, with ties to even: the C library rounds what a number is exactly.
 */
export function fixed(number: number, places: number): string {
  const rounded = number.toFixed(places);
  const exact = number.toFixed(Math.min(places + 60, 100));
  const point = exact.indexOf(".");
  const cut = exact.slice(0, places === 0 ? point : point + 1 + places);
  const isTie = point !== -1 && /^\.?50*$/.test(exact.slice(cut.length));
  return isTie && /[02468]$/.test(cut) ? cut : rounded;
}
