/** An option's scope: a pane option is a window option that single panes may override. */
export type OptionScope = 'server' | 'session' | 'window' | 'pane';

export interface OptionDefinition {
  readonly name: string;
  readonly scope: OptionScope;
  readonly type:
    | 'string'
    | 'number'
    | 'flag'
    | 'choice'
    | 'key'
    | 'colour'
    | 'style'
    | 'command'
    | 'size'
    | 'pattern';
  readonly default: string | readonly string[];
  /** Numbers only; default 0 to 2^31-1. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
  /** Array options: values of a set-option without index are split here. */
  readonly array?: boolean;
  readonly separator?: string;
}

/** Short forms for the tables of options: one line an option. */
export function optionsOf(scope: OptionScope) {
  const define = (
    name: string,
    type: OptionDefinition['type'],
    value: string,
    more: Partial<OptionDefinition> = {},
  ): OptionDefinition => ({ name, scope, type, default: value, ...more });
  return {
    text: (name: string, value: string) => define(name, 'string', value),
    number: (name: string, value: number, minimum = 0, maximum = 2 ** 31 - 1) =>
      define(name, 'number', String(value), { minimum, maximum }),
    size: (name: string, value: string) => define(name, 'size', value),
    flag: (name: string, value: 'on' | 'off') => define(name, 'flag', value),
    choice: (name: string, value: string, ...choices: string[]) => define(name, 'choice', value, { choices }),
    key: (name: string, value: string) => define(name, 'key', value),
    colour: (name: string, value: string) => define(name, 'colour', value),
    style: (name: string, value: string) => define(name, 'style', value),
    command: (name: string, value: string) => define(name, 'command', value),
    array: (
      name: string,
      values: readonly string[],
      separator = ', ',
      type: OptionDefinition['type'] = 'string',
    ): OptionDefinition => ({ name, scope, type, default: values, array: true, separator }),
  };
}
