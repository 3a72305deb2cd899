/*
 * A program that tests kill: `node observe-pane.js SOCKET PANE FROM` observes a pane
 * and tells its parent what comes.
 */
import { HolderClient } from '../../src/holder/holder-client.ts';

const [socket = '', pane = '', from = '0'] = process.argv.slice(2);
const client = await HolderClient.connect(socket, { daemon: false });
const observation = client.observe(pane, Number(from), {
  output(bytes, offset) {
    process.send?.({ offset, base64: Buffer.from(bytes).toString('base64') });
    observation.took(offset + bytes.length);
  },
  exited: () => {},
});
