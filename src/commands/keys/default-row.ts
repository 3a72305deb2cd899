/** Key, commands, and where they are worth saying: note, and whether it repeats without the prefix. */
export type DefaultRow = readonly [key: string, commands: string, note?: string, repeat?: boolean];
