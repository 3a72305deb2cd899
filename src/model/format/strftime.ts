/** strftime(3) in the C locale and local time, for the conversions that status lines use. */
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** @param time ms since 1970 */
export function strftime(format: string, time: number): string {
  if (!format.includes('%')) return format;
  const date = new Date(time);
  return format.replace(/%[-_0^#]?([a-zA-Z%])/g, (whole, conversion: string) => {
    const text = convert(conversion, date);
    if (text === undefined) return whole;
    return whole[1] === '-' ? text.replace(/^[0 ](?=.)/, '') : text;
  });
}

/** As ctime(3) without its line end: 'Sun Oct 25 09:25:02 2015'. */
export function ctime(time: number): string {
  return strftime('%a %b %e %H:%M:%S %Y', time);
}

function convert(conversion: string, date: Date): string | undefined {
  const two = (value: number, fill = '0') => String(value).padStart(2, fill);
  const hour12 = date.getHours() % 12 || 12;
  const recurse = (format: string) => strftime(format, date.getTime());
  switch (conversion) {
    case 'a':
      return DAYS[date.getDay()]!.slice(0, 3);
    case 'A':
      return DAYS[date.getDay()];
    case 'b':
    case 'h':
      return MONTHS[date.getMonth()]!.slice(0, 3);
    case 'B':
      return MONTHS[date.getMonth()];
    case 'c':
      return recurse('%a %b %e %H:%M:%S %Y');
    case 'C':
      return two(Math.floor(date.getFullYear() / 100));
    case 'd':
      return two(date.getDate());
    case 'D':
    case 'x':
      return recurse('%m/%d/%y');
    case 'e':
      return two(date.getDate(), ' ');
    case 'F':
      return recurse('%Y-%m-%d');
    case 'G':
      return String(isoWeek(date).year);
    case 'H':
      return two(date.getHours());
    case 'I':
      return two(hour12);
    case 'j':
      return String(dayOfYear(date) + 1).padStart(3, '0');
    case 'k':
      return two(date.getHours(), ' ');
    case 'l':
      return two(hour12, ' ');
    case 'm':
      return two(date.getMonth() + 1);
    case 'M':
      return two(date.getMinutes());
    case 'n':
      return '\n';
    case 'p':
      return date.getHours() < 12 ? 'AM' : 'PM';
    case 'P':
      return date.getHours() < 12 ? 'am' : 'pm';
    case 'r':
      return recurse('%I:%M:%S %p');
    case 'R':
      return recurse('%H:%M');
    case 's':
      return String(Math.floor(date.getTime() / 1000));
    case 'S':
      return two(date.getSeconds());
    case 't':
      return '\t';
    case 'T':
    case 'X':
      return recurse('%H:%M:%S');
    case 'u':
      return String(date.getDay() || 7);
    case 'U':
      return two(Math.floor((dayOfYear(date) + 7 - date.getDay()) / 7));
    case 'V':
      return two(isoWeek(date).week);
    case 'w':
      return String(date.getDay());
    case 'W':
      return two(Math.floor((dayOfYear(date) + 7 - ((date.getDay() + 6) % 7)) / 7));
    case 'y':
      return two(date.getFullYear() % 100);
    case 'Y':
      return String(date.getFullYear());
    case 'z': {
      const offset = -date.getTimezoneOffset();
      const minutes = Math.abs(offset);
      return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
    }
    case 'Z':
      return /\(([^)]+)\)|([A-Z]+)$/.exec(
        new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).format(date),
      )?.[2];
    case '%':
      return '%';
  }
  return undefined;
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 1);
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / 86_400_000;
}

function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7));
  return { year: thursday.getFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}
