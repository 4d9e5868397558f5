/** When a scheduled rule fires. */
export interface Schedule {
  /** The first time after `moment`; undefined when there is none. */
  next(moment: Date): Date | undefined;
}

const MINUTE = 60_000;
const UNITS: Readonly<Record<string, number>> = { minute: MINUTE, hour: 60 * MINUTE, day: 24 * 60 * MINUTE };

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** The last year that EventBridge's cron expressions know. */
const LAST_YEAR = 2199;

interface Field {
  readonly lowest: number;
  readonly highest: number;
  /** What stands for `lowest`, `lowest + 1`, … */
  readonly names: readonly string[];
}

/** minute, hour, day of month, month, day of week, year: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
const FIELDS: readonly Field[] = [
  { lowest: 0, highest: 59, names: [] },
  { lowest: 0, highest: 23, names: [] },
  { lowest: 1, highest: 31, names: [] },
  { lowest: 1, highest: 12, names: MONTHS },
  { lowest: 1, highest: 7, names: DAYS },
  { lowest: 1970, highest: LAST_YEAR, names: [] },
];

const numberIn = (text: string, { lowest, highest, names }: Field): number => {
  const named = names.indexOf(text.toUpperCase());
  const value = named === -1 ? Number(text) : lowest + named;
  if (/^\w+$/.test(text) && Number.isInteger(value) && value >= lowest && value <= highest) return value;
  throw new Error(`The cron field ${text} is not known here`);
};

const valuesOf = (text: string, field: Field): ReadonlySet<number> => {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", step] = part.split("/");
    const any = range === "*" || range === "?";
    const [from = "", to] = range.split("-");
    const first = any ? field.lowest : numberIn(from, field);
    const open = any || (to === undefined && step !== undefined);
    const last = open ? field.highest : numberIn(to ?? from, field);
    const by = step === undefined ? 1 : Number(step);
    if (!Number.isInteger(by) || by < 1) throw new Error(`The cron step ${part} is not known here`);
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return values;
};

const rate = (count: number, unit: string): Schedule => {
  const milliseconds = count * (UNITS[unit.replace(/s$/, "")] ?? 0);
  if (milliseconds <= 0) throw new Error(`rate(${String(count)} ${unit}) is no schedule`);
  return { next: (moment) => new Date(moment.getTime() + milliseconds) };
};

const cron = (expression: string): Schedule => {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) throw new Error(`cron(${expression}) has not six fields`);
  const [minutes, hours, days, months, weekdays, years] = FIELDS.map((field, index) =>
    valuesOf(texts[index] ?? "", field),
  ) as [
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
  ];
  const isDay = (date: Date) =>
    years.has(date.getUTCFullYear()) &&
    months.has(date.getUTCMonth() + 1) &&
    days.has(date.getUTCDate()) &&
    weekdays.has(date.getUTCDay() + 1);
  return {
    next: (moment) => {
      let candidate = new Date((Math.floor(moment.getTime() / MINUTE) + 1) * MINUTE);
      while (candidate.getUTCFullYear() <= LAST_YEAR) {
        if (!isDay(candidate))
          candidate = new Date(
            Date.UTC(candidate.getUTCFullYear(), candidate.getUTCMonth(), candidate.getUTCDate() + 1),
          );
        else if (!hours.has(candidate.getUTCHours()))
          candidate = new Date((Math.floor(candidate.getTime() / (60 * MINUTE)) + 1) * 60 * MINUTE);
        else if (minutes.has(candidate.getUTCMinutes())) return candidate;
        else candidate = new Date(candidate.getTime() + MINUTE);
      }
      return undefined;
    },
  };
};

/** Parses `rate(1 hour)` or `cron(0 12 * * ? *)`, always in UTC; throws on what EventBridge has and this has not (L, W, #). */
export const parseSchedule = (expression: string): Schedule => {
  const [, kind, argument = ""] = /^(rate|cron)\((.+)\)$/.exec(expression.trim()) ?? [];
  if (kind === "cron") return cron(argument);
  const [count = "", unit = ""] = argument.trim().split(/\s+/);
  if (kind === "rate") return rate(Number(count), unit);
  throw new Error(`${expression} is no schedule`);
};
