/*
 * A process that starts a holder and ends: `node start-holder-once.js RUNTIME STATE`.
 */
import { startHolder } from '../../src/holder/start-holder.ts';

const [runtime = '', state = ''] = process.argv.slice(2);
process.stdout.write(`${await startHolder({ runtime, state })}\n`);
