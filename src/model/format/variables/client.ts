import type { AttachedClient } from '../../client.ts';
import { currentTable } from '../../key-table.ts';
import type { PasteBuffer } from '../../paste-buffers.ts';
import type { FormatContext, Value, Variables } from '../context.ts';

/** Bytes of a buffer that its sample shows, cells at most. */
const SAMPLE_LENGTH = 200;

const of =
  (value: (client: AttachedClient, context: FormatContext) => Value) =>
  (context: FormatContext): Value =>
    context.client && value(context.client, context);

export const clientVariables: Variables = {
  client_activity: of((client) => client.activity),
  client_control_mode: of(() => false),
  client_created: of((client) => client.created),
  client_flags: of(clientFlags),
  client_height: of((client) => client.rows),
  client_host: of((client) => client.terminal.host),
  client_id: of((client) => client.id),
  client_key_table: of((client) => currentTable(client)),
  client_last_session: of((client) => client.lastSession?.name),
  client_name: of((client) => client.name),
  client_pid: of((client) => client.terminal.pid),
  client_prefix: of((client) => client.keyTable === 'prefix'),
  client_readonly: of((client) => client.readOnly),
  client_session: of((client) => client.session.name),
  client_termfeatures: of((client) => client.terminal.features.join(',')),
  client_termname: of((client) => client.terminal.term),
  client_tty: of((client) => client.terminal.tty),
  client_user: of((_, { server }) => server.facts.user),
  client_uid: of((_, { server }) => server.facts.uid),
  client_utf8: of(() => true),
  client_width: of((client) => client.cols),
};

function clientFlags(client: AttachedClient): string {
  const flags = ['attached'];
  if (client.focused) flags.push('focused');
  if (client.ignoreSize) flags.push('ignore-size');
  if (client.readOnly) flags.push('read-only');
  flags.push('UTF-8');
  return flags.join(',');
}

const ofBuffer =
  (value: (buffer: PasteBuffer) => Value) =>
  (context: FormatContext): Value =>
    context.buffer && value(context.buffer);

export const bufferVariables: Variables = {
  buffer_created: ofBuffer((buffer) => buffer.created),
  buffer_name: ofBuffer((buffer) => buffer.name),
  buffer_sample: ofBuffer((buffer) => sample(buffer.data)),
  buffer_size: ofBuffer((buffer) => Buffer.byteLength(buffer.data)),
};

/** A buffer's beginning on one line. */
function sample(data: string): string {
  const text = data
    .slice(0, SAMPLE_LENGTH)
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\t/g, '\\t')
    .replace(/[\x00-\x1f\x7f]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return data.length > SAMPLE_LENGTH || text.length > SAMPLE_LENGTH
    ? `${text.slice(0, SAMPLE_LENGTH)}...`
    : text;
}
