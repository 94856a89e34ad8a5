/** What is taken of one sensor in one recipe step. Slope is per second, area times seconds, settle in seconds, missing a count. */
export const TRACE_INDICATORS = ['mean', 'sd', 'min', 'max', 'slope', 'area', 'settle', 'missing'] as const;
export type TraceIndicator = (typeof TRACE_INDICATORS)[number];

export interface TraceName {
  readonly sensor: string;
  readonly step: string;
  readonly of: TraceIndicator;
}

/** Sensors and steps are the sender's words; a dot within one would divide the name, so that it is escaped, and so is the escape itself. */
const escaped = (s: string): string => s.replace(/[%.]/g, (c) => (c === '%' ? '%25' : '%2E'));
const plain = (s: string): string => s.replace(/%2E|%25/g, (c) => (c === '%25' ? '%' : '.'));

/** "pressure.etch.mean": `sensor.step.indicator`. */
export const traceRest = (t: TraceName): string => `${escaped(t.sensor)}.${escaped(t.step)}.${t.of}`;

/** Reads what {@link traceRest} wrote; `undefined` for a text that it would not write. */
export function traceOf(rest: string): TraceName | undefined {
  const parts = rest.split('.');
  const [sensor = '', step = '', of = ''] = parts;
  if (parts.length !== 3 || sensor === '' || step === '' || !(TRACE_INDICATORS as readonly string[]).includes(of))
    return undefined;
  const t = { sensor: plain(sensor), step: plain(step), of: of as TraceIndicator };
  return traceRest(t) === rest ? t : undefined;
}
