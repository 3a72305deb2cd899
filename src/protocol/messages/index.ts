import type { MessageDefinition } from '../message.ts';
import * as agent from './agent.ts';
import * as exec from './exec.ts';
import * as files from './files.ts';
import * as frames from './frames.ts';
import * as handshake from './handshake.ts';
import * as sessions from './sessions.ts';

/** Every message of the protocol. A new file of messages is added to this list and to zmx-protocol(7). */
export const allMessages: readonly MessageDefinition[] = [handshake, sessions, frames, files, exec, agent]
  .flatMap((file): unknown[] => Object.values(file))
  .filter(isDefinition)
  .sort((a, b) => a.type - b.type);

function isDefinition(value: unknown): value is MessageDefinition {
  return (
    typeof value === 'object' && value !== null && 'type' in value && 'schema' in value && 'lane' in value
  );
}
