/** Target of a line of the live feed, from the ids in its detail. */
export function feedHref(detail: Readonly<Record<string, unknown>>): string | null {
  const id = (key: string): string | null =>
    typeof detail[key] === 'string' && detail[key] !== '' ? (detail[key] as string) : null;
  const first = (key: string, path: string): string | null => {
    const v = id(key);
    return v === null ? null : `${path}${encodeURIComponent(v)}`;
  };
  return (
    first('alertId', '/alerts/') ??
    first('holdId', '/holds?hold=') ??
    first('chartId', '/spc/') ??
    first('loopId', '/control/') ??
    first('modelId', '/vm/') ??
    first('measurementId', '/wafers/') ??
    first('runId', '/runs/') ??
    first('lot', '/lots/')
  );
}
