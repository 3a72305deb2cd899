import { ZmxError } from '../protocol/errors.ts';
import type { GlobalArguments } from './arguments.ts';
import { curveCheck } from './doctor/curve.ts';
import { daemonChecks } from './doctor/daemons.ts';
import { type Finding, findingOf } from './doctor/finding.ts';
import { machineChecks } from './doctor/machine.ts';
import { placeChecks } from './doctor/place.ts';
import { placeOf } from './endpoints.ts';

/** Width of the column of subjects. */
const SUBJECT_WIDTH = 16;

/**
 * `zmx doctor`: a line for each thing that sessions and portals need, with the remedy
 * where it is wrong; status 1 then.
 */
export async function runDoctor(args: GlobalArguments): Promise<number> {
  if (args.command.length > 1) throw new ZmxError('usage', 'usage: zmx doctor');
  const place = placeOf(args);
  const checks = [...machineChecks, curveCheck, ...placeChecks(place), ...daemonChecks(place)];
  const findings = checks.map((check) => ({ subject: check.subject, finding: findingOf(check) }));
  let status = 0;
  for (const { subject, finding } of findings) {
    const found = await finding;
    if (found.state === 'wrong') status = 1;
    process.stdout.write(line(subject, found));
  }
  return status;
}

function line(subject: string, { state, text }: Finding): string {
  return `${state.padEnd(5)}  ${subject.padEnd(SUBJECT_WIDTH)}  ${text.replace(/\s*\n\s*/g, ' ')}\n`;
}
