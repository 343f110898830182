/**
 * Exact decimals for money: a whole number of 10⁻¹² units in a bigint, so that sums have no binary rounding. Twelve places hold
 * every price on the sheets and every quantity a blueprint can express (a MiB is 0.0009765625 GiB).
 */
export type Decimal = bigint & { readonly decimal: unique symbol };

const PLACES = 12;
const ONE = 10n ** BigInt(PLACES);

export const ZERO = 0n as Decimal;

/** Reads `12`, `0.031611` or a number; places beyond the twelfth are rounded. Throws a RangeError on anything else. */
export function decimal(value: string | number): Decimal {
  const text = typeof value === "number" ? value.toFixed(PLACES) : value;
  const match = /^(\d+)(?:\.(\d{1,12}))?$/.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not a decimal.`);
  return (BigInt(match[1] ?? "0") * ONE + BigInt((match[2] ?? "").padEnd(PLACES, "0"))) as Decimal;
}

export const add = (a: Decimal, b: Decimal): Decimal => (a + b) as Decimal;
export const subtract = (a: Decimal, b: Decimal): Decimal => (a - b) as Decimal;
export function min(a: Decimal, b: Decimal): Decimal {
  if (a < b) return a;
  return b;
}
export const sum = (values: Iterable<Decimal>): Decimal => [...values].reduce(add, ZERO);
export const multiply = (a: Decimal, b: Decimal): Decimal => divideRounding(a * b, ONE) as Decimal;
/** `b` must not be zero. */
export const divide = (a: Decimal, b: Decimal): Decimal => divideRounding(a * ONE, b) as Decimal;

/** Rounded half up (away from zero) to a number of places. */
export function round(value: Decimal, places: number): Decimal {
  const step = 10n ** BigInt(PLACES - places);
  return (divideRounding(value, step) * step) as Decimal;
}

/** With exactly that many places, rounded: `134.20`. */
export function toFixed(value: Decimal, places: number): string {
  const digits = divideRounding(value, 10n ** BigInt(PLACES - places));
  const text = (digits < 0n ? -digits : digits).toString().padStart(places + 1, "0");
  const sign = digits < 0n ? "-" : "";
  return places === 0 ? sign + text : `${sign}${text.slice(0, -places)}.${text.slice(-places)}`;
}

/** Without trailing zeros: `0.031611`, `3.5`, `8`. */
export function toText(value: Decimal): string {
  return toFixed(value, PLACES).replace(/\.?0+$/, "");
}

function divideRounding(a: bigint, b: bigint): bigint {
  const half = (b < 0n ? -b : b) / 2n;
  return (a < 0n ? a - half : a + half) / b;
}
