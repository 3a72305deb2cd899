/*
 * bash hands an exported function on as a variable (bash(1), FUNCTIONS): BASH_FUNC_name%%
 * with the value `() { body }`. No shell can assign such a name, bash alone reads it, and
 * only when it starts: a definition is then parsed and nothing else of the value is run.
 */

/** What a shell can assign and export. */
const VARIABLE_NAME = /^[A-Za-z_]\w*$/;
/** Function names without a character that means something to a shell. */
const FUNCTION_VARIABLE = /^BASH_FUNC_([\p{L}\p{N}_][\p{L}\p{N}_.:+@,-]*)%%$/u;
const DEFINITION = '() {';

export function isVariableName(name: string): boolean {
  return VARIABLE_NAME.test(name);
}

/** Whether bash would take this variable for a function, whatever comes of it. */
export function looksLikeFunction(name: string): boolean {
  return name.startsWith('BASH_FUNC_') && name.endsWith('%%');
}

/** Name of the function that this variable defines in a bash; undefined for any other variable. */
export function functionIn(name: string, value: string): string | undefined {
  return value.startsWith(DEFINITION) ? FUNCTION_VARIABLE.exec(name)?.[1] : undefined;
}

/** The variable's name as people know it: `name()` for a function. */
export function shownName(name: string): string {
  const called = FUNCTION_VARIABLE.exec(name)?.[1];
  return called === undefined ? name : `${called}()`;
}
