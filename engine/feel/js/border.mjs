// What crosses between Python and V8: JSON, with a tagged object for what JSON lacks. Dates stay dates, moments are milliseconds since 1970.
import { DateTime, Duration, FixedOffsetZone } from 'luxon';
import { shanghai } from './local_time.mjs';

const DATE = '\u0001date', MOMENT = '\u0001moment', DURATION = '\u0001duration';

/** Text to values; `typed` says that the sender used tags at all. */
export function read(text, typed) {
  return typed ? JSON.parse(text, (_key, value) => untag(value)) : JSON.parse(text);
}

function untag(value) {
  if (value === null || typeof value !== 'object') return value;
  if (typeof value[DATE] === 'string') return day(value[DATE]);
  if (typeof value[MOMENT] === 'number') return DateTime.fromMillis(value[MOMENT], { zone: shanghai });
  if (typeof value[DURATION] === 'number') return Duration.fromMillis(value[DURATION]);
  return value;
}

/** A FEEL date is midnight in luxon's own UTC object; feelin tells dates from moments by that. */
export function day(text) {
  return DateTime.fromISO(text.slice(0, 10), { zone: FixedOffsetZone.utcInstance });
}

/** A FEEL value as something JSON.stringify writes; refuses functions and ranges, which are no values of a case. */
export function write(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' && typeof value !== 'function') return value;
  if (Array.isArray(value)) return value.map(write);
  if (DateTime.isDateTime(value)) return writeMoment(value);
  if (Duration.isDuration(value)) return writeDuration(value);
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new Error('结果是函数或区间，不是可以保存的值');
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, write(entry)]));
}

function writeMoment(moment) {
  if (!moment.isValid) return null;
  if (moment.year === 1900 && moment.month === 1 && moment.day === 1) return moment.toFormat('HH:mm:ss');
  const midnight = moment.hour + moment.minute + moment.second + moment.millisecond === 0;
  if (midnight && moment.zone === FixedOffsetZone.utcInstance) return { [DATE]: moment.toISODate() };
  return { [MOMENT]: moment.toMillis() };
}

function writeDuration(duration) {
  if (!duration.isValid) return null;
  const { years = 0, quarters = 0, months = 0 } = duration.toObject();
  return years || quarters || months ? duration.toISO() : { [DURATION]: duration.toMillis() };
}
