// Makes FEEL's local time the township's (+08:00), wherever the server stands, and keeps the day of a moment when it becomes a date.
// feelin takes the machine's zone for a date and time without offset, and cuts `date(moment)` in UTC: before 08:00 that is yesterday.
import { DateTime, FixedOffsetZone, Settings, SystemZone } from 'luxon';

const OFFSET = 8 * 60;

// A fresh object each time: feelin compares moments of the very same system zone by zone and text instead of by instant.
Object.defineProperty(SystemZone, 'instance', { get: () => new FixedOffsetZone(OFFSET) });
Settings.defaultZone = new FixedOffsetZone(OFFSET);

const setZone = DateTime.prototype.setZone;
DateTime.prototype.setZone = function (zone, options) {
  return setZone.call(this, zone, zone === 'utc' && !options ? { keepLocalTime: true } : options);
};

export const shanghai = new FixedOffsetZone(OFFSET);
