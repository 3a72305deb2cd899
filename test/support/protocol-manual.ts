import type * as v from 'valibot';
import {
  bytes,
  cells,
  environment,
  id,
  int,
  type MessageDefinition,
  text,
  uint,
} from '../../src/protocol/message.ts';

/**
 * What zmx-protocol(7) must say of a message, derived from its schema: heading,
 * number and lane, and each field with its type. The words are for people to write.
 */
export interface ManualSection {
  /** `.Ss NAME` and the line below it. */
  readonly heading: readonly string[];
  /** `.It` lines, one for each field at any depth. */
  readonly fields: readonly string[];
}

const NAMES = new Map<unknown, string>([
  [uint, 'uint'],
  [int, 'int'],
  [cells, 'cells'],
  [text, 'text'],
  [bytes, 'bytes'],
  [id, 'id'],
  [environment, 'map of text'],
]);

/** The parts of valibot's schemas that say what they consist of. */
interface Schema {
  readonly type: string;
  /** What a narrower schema was made of: first the one that it narrows. */
  readonly pipe?: readonly unknown[];
  readonly entries?: Record<string, Schema>;
  readonly wrapped?: Schema;
  readonly item?: Schema;
  readonly value?: Schema;
  readonly options?: readonly (Schema | string)[];
  readonly literal?: unknown;
}

export function manualSection(definition: MessageDefinition): ManualSection {
  const lane = definition.lane === 'both' ? 'both lanes' : `${definition.lane} lane`;
  const from = definition.from === 'both' ? 'either side' : `the ${definition.from}`;
  return {
    heading: [`.Ss ${definition.name}`, `Number ${definition.type}, from ${from}, ${lane}.`],
    fields: [...new Set(fieldsOf(definition.schema as Schema & v.GenericSchema, ''))],
  };
}

/** The whole section as one would paste it into the page. */
export function sectionText(definition: MessageDefinition): string {
  const { heading, fields } = manualSection(definition);
  const list = fields.length > 0 ? ['.Bl -tag -width Ds -compact', ...fields, '.El'] : [];
  return [...heading, definition.about, ...list].join('\n');
}

function fieldsOf(schema: Schema, path: string): string[] {
  if (schema.wrapped) return fieldsOf(schema.wrapped, path);
  if (schema.item) return fieldsOf(schema.item, `${path}[]`);
  if (schema.type === 'variant')
    return (schema.options as Schema[]).flatMap((option) => fieldsOf(option, path));
  if (!schema.entries) return [];
  return Object.entries(schema.entries).flatMap(([name, field]) => {
    const place = path ? `${path}.${name}` : name;
    return [`.It Va ${place} Pq ${typeOf(field)}`, ...fieldsOf(field, place)];
  });
}

function typeOf(schema: Schema): string {
  const known = NAMES.get(schema) ?? NAMES.get(schema.pipe?.[0]);
  if (known) return known;
  switch (schema.type) {
    case 'optional':
      return `optional ${schema.wrapped ? typeOf(schema.wrapped) : ''}`;
    case 'nullable':
      return `${schema.wrapped ? typeOf(schema.wrapped) : ''} or nil`;
    case 'array':
      return `array of ${schema.item ? typeOf(schema.item) : ''}`;
    case 'record':
      return `map of ${schema.value ? typeOf(schema.value) : ''}`;
    case 'literal':
      return String(schema.literal);
    case 'picklist':
      return (schema.options as string[]).join(' | ');
    case 'union':
      return (schema.options as Schema[]).map(typeOf).join(' or ');
    case 'object':
    case 'variant':
      return 'map';
    case 'string':
      return 'text';
    case 'number':
      return 'uint';
    case 'custom':
      return 'bytes';
    default:
      return schema.type;
  }
}
