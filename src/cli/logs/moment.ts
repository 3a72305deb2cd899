import { ZmxError } from '../../protocol/errors.ts';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A moment as people write it: `2026-11-30 18:20[:05]` (a `T` will do), `18:20[:05]` of today,
 * or `-10m` for ten minutes ago (s, m, h, d); all in this machine's time zone.
 * @returns ms since 1970. @throws ZmxError `usage`.
 */
export function parseMoment(text: string, now = Date.now()): number {
  const ago = /^-(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (ago) return now - Number(ago[1]) * (UNITS_MS[ago[2] as string] as number);
  const clock = /^(?:(\d{4})-(\d\d?)-(\d\d?)[ T])?(\d\d?):(\d\d)(?::(\d\d(?:\.\d{1,3})?))?$/.exec(text);
  const day = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(text);
  const [year, month, date, hours = '0', minutes = '0', seconds = '0'] = (clock ?? day ?? []).slice(1);
  if (!clock && !day)
    throw new ZmxError(
      'usage',
      `zmx: '${text}' is no time: write 2026-11-30 18:20, 18:20:05 or -10m (s, m, h, d ago)`,
    );
  const today = new Date(now);
  const moment = new Date(
    year === undefined ? today.getFullYear() : Number(year),
    month === undefined ? today.getMonth() : Number(month) - 1,
    date === undefined ? today.getDate() : Number(date),
    Number(hours),
    Number(minutes),
  );
  return moment.getTime() + Number(seconds) * 1000;
}
