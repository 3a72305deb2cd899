/** The p-th percentile, 0 to 100, of numbers in any order. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** One line of the report: the same thing measured of both. */
export interface Measurement {
  readonly what: string;
  readonly unit: 'ms' | 'MiB' | '%' | '×';
  readonly tmux: number | undefined;
  readonly zmx: number | undefined;
  /** What DESIGN promises, in words. */
  readonly goal: string;
}

export function printTable(rows: readonly Measurement[]): void {
  const number = (value: number | undefined) =>
    value === undefined ? '-' : value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
  const lines = rows.map(({ what, unit, tmux, zmx, goal }) => [
    what,
    number(tmux),
    number(zmx),
    tmux && zmx ? (zmx / tmux).toFixed(2) : '-',
    unit,
    goal,
  ]);
  const table = [['', 'tmux', 'zmx', 'ratio', 'unit', 'goal'], ...lines];
  printColumns(table, 1, 3);
}

/** Prints rows under each other: the first column and those outside of `from` to `to` to the left, the others to the right. */
export function printColumns(
  table: readonly (readonly string[])[],
  from = 1,
  to = Number.POSITIVE_INFINITY,
): void {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  for (const line of table)
    console.log(
      line
        .map((cell, column) =>
          column >= from && column <= to ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    );
}
