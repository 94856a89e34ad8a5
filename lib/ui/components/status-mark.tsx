import { STATUS_MARK, type Status } from '../tokens';

/** ● ▲ ■ ○ in its colour, always with words: shown, or at least read aloud. */
export function StatusMark({
  status,
  text,
  hideText = false,
  wrap = false,
}: {
  status: Status;
  text?: string;
  hideText?: boolean;
  /** For a sentence instead of a word: it may wrap. */
  wrap?: boolean;
}) {
  const mark = STATUS_MARK[status];
  const words = text ?? mark.word;
  return (
    <span className={`status-${status} ${wrap ? '' : 'whitespace-nowrap'}`} title={hideText ? words : undefined}>
      <span aria-hidden="true">{mark.glyph}</span>
      {hideText ? <span className="sr-only">{words}</span> : <span className="ml-1">{words}</span>}
    </span>
  );
}

/** Severity of an alert as mark plus word. */
export function severityStatus(severity: string): Status {
  const s = severity.toLowerCase();
  if (s === 'critical' || s === 'high') return 'out';
  return s === 'medium' || s === 'warning' || s === 'low' ? 'warn' : 'ok';
}
