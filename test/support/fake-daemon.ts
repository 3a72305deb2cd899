/*
 * A daemon for tests of the holder: `node fake-daemon.js SOCKET FILE` is the holder's
 * life line, and appends its pid and its FLAVOUR to FILE.
 */
import { appendFileSync } from 'node:fs';
import { HolderClient } from '../../src/holder/holder-client.ts';

const [socket = '', file = ''] = process.argv.slice(2);
const client = await HolderClient.connect(socket, { daemon: true });
const env: Record<string, string> = {};
for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
client.respawn(process.argv, process.cwd(), env);
await client.list();
appendFileSync(file, `${process.pid} ${env.FLAVOUR ?? ''} ${process.cwd()}\n`);
client.closed.on(() => process.exit(0));
