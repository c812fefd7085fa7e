/** Unit of a measured value. */
export type Unit = "ms" | "MB" | "ms per image";

/** Values of one contestant, one of each round, and their middle and ends. */
export interface Measured {
  readonly kind: "measured";
  readonly unit: Unit;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: readonly number[];
}

/** A value that follows from another and was not run; `how` says from which. */
export interface Calculated {
  readonly kind: "calculated";
  readonly unit: Unit;
  readonly value: number;
  readonly how: string;
}

export interface NotMeasured {
  readonly kind: "not measured";
  readonly reason: string;
}

/** What the table says of one contestant. */
export interface Row {
  readonly contestant: string;
  /** Runs that failed and were run again. */
  readonly failedRuns?: number;
  readonly outcome: Measured | Calculated | NotMeasured;
  /** How many times as much as qclock's own it is; above 1, qclock needs less. */
  readonly ratio?: number;
  /** What must be reached, in words, and whether it is. */
  readonly target?: { readonly text: string; readonly reached: boolean };
}

/** A measured outcome of the values of each round. */
export function measured(unit: Unit, runs: readonly number[]): Measured {
  return {
    kind: "measured",
    unit,
    median: round(median(runs)),
    min: round(Math.min(...runs)),
    max: round(Math.max(...runs)),
    runs: runs.map(round),
  };
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.ceil(middle) - 1],
    sorted[Math.floor(middle)],
  ];
  return (low + high) / 2;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
