/** Nanoseconds since 1970, as long as they have 19 digits and fit 64 bits: until the year 2255. */
const LAST_TIME = 9n * 10n ** 18n - 1n;

/** A time of a file as messages can say it. Like a file system of that range: what lies beyond becomes its end. */
export function sayableTime(time: bigint): bigint {
  if (time > LAST_TIME) return LAST_TIME;
  return time < -LAST_TIME ? -LAST_TIME : time;
}
