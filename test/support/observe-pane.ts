/*
 * A program that tests kill: `node observe-pane.js SOCKET PANE FROM COUNT` observes a
 * pane, tells its parent of that many pieces, and then leaves the rest untaken.
 */
import { HolderClient } from '../../src/holder/holder-client.ts';

const [socket = '', pane = '', from = '0', count = '1'] = process.argv.slice(2);
let left = Number(count);
const client = await HolderClient.connect(socket, { daemon: false });
const observation = client.observe(pane, Number(from), {
  output(bytes, offset) {
    if (left-- <= 0) return;
    process.send?.({ offset, base64: Buffer.from(bytes).toString('base64') });
    observation.took(offset + bytes.length);
  },
  exited: () => {},
});
