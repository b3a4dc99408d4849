import { KitError } from '#shared/errors';

/** What stands where a value cannot be shown. */
const UNSHOWABLE = '–';

/** The text of something that a demo formats. What cannot be formatted, such as a time beyond all dates, must not cost the whole page. */
export function cellText(format: () => string): string {
  try {
    return format();
  } catch {
    return UNSHOWABLE;
  }
}

/**
 * How event times are written in a demo's zone: '1 Oct 06:01'.
 * @throws KitError 'internal' where the zone does not exist.
 */
export function eventTimeText(timeZone: string): (eventTime: number) => string {
  const format = eventTimeFormat(timeZone);
  return (eventTime) => cellText(() => format.format(eventTime).replace(',', ''));
}

function eventTimeFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch (error) {
    const doing = `reading the dashboard's event time zone: found '${timeZone}', expected an IANA name such as 'America/New_York'`;
    throw new KitError('internal', doing, { cause: error });
  }
}
