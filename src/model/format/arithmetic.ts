/** `#{e|op|f|digits:left,right}`: numbers, whole ones without the flag f. */
export function arithmetic(args: readonly string[], left: string, right: string): string {
  const [operator, flags = '', digits] = args;
  const float = flags.includes('f');
  const places = digits === undefined ? (float ? 2 : 0) : Number.parseInt(digits, 10) || 0;
  const read = (text: string) => (float ? Number(text) : Math.trunc(Number(text)));
  const [a, b] = [read(left), read(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return '';
  const result = calculate(operator ?? '', a, b);
  if (result === undefined) return '';
  return float ? result.toFixed(places) : String(Math.trunc(result));
}

function calculate(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
    case '%%':
    case 'm':
      return a % b;
    case '==':
      return Number(Math.abs(a - b) < 1e-9);
    case '!=':
      return Number(Math.abs(a - b) > 1e-9);
    case '<':
      return Number(a < b);
    case '>':
      return Number(a > b);
    case '<=':
      return Number(a <= b);
    case '>=':
      return Number(a >= b);
  }
  return undefined;
}
